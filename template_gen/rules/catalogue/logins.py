"""Cognito: user pools, their clients and the addresses of their sign-in pages."""

import re
from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph, Object
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, known

_COGNITO: Final = "https://docs.aws.amazon.com/cognito/latest/developerguide"
_CLIENT: Final = "AWS::Cognito::UserPoolClient"
_ADDRESS: Final = re.compile(
    r"https://.+|http://(localhost|127\.0\.0\.1|\[::1\])([:/].*)?|(?!https?:)[a-zA-Z][\w+.-]*://.*"
)
_RESERVED: Final = ("aws", "amazon", "cognito")
_OLD_FLOWS: Final = frozenset({"ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"})
_SECONDS: Final = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


@rule(
    "E9264",
    "The address after signing in or out is none that Cognito takes",
    symptom="The deployment fails: InvalidParameterException, the redirect URI must be https (or http for localhost).",
    fix="Write the whole address, such as https://www.example.com/callback.",
    source=f"{_COGNITO}/cognito-user-pools-app-idp-settings.html",
)
def callback_form(graph: Graph) -> Iterator[Place]:
    for client in graph.of(_CLIENT):
        for key in ("CallbackURLs", "LogoutURLs", "DefaultRedirectURI"):
            for url in client.properties.texts(key):
                head = url.partition("${")[0]
                if (known(url) or "://" in head) and not _ADDRESS.fullmatch(url):
                    yield at(client.properties, key, url)


@rule(
    "E9265",
    "The client's OAuth settings exclude one another",
    symptom="The deployment fails: InvalidParameterException or InvalidOAuthFlowException.",
    fix="code and implicit need CallbackURLs, client_credentials a client of its own with GenerateSecret: true; names "
    "with ALLOW_ do not go with those without.",
    source=f"{_COGNITO}/cognito-user-pools-define-resource-servers.html",
)
def oauth_settings(graph: Graph) -> Iterator[Place]:
    for client in graph.of(_CLIENT):
        properties = client.properties
        flows, direct = set(properties.texts("AllowedOAuthFlows")), properties.texts("ExplicitAuthFlows")
        for_people, for_machines = flows & {"code", "implicit"}, "client_credentials" in flows
        secret = properties.flag("GenerateSecret") or properties.unknown("GenerateSecret")
        if for_machines and (for_people or not secret):
            yield at(properties, "AllowedOAuthFlows", ", ".join(sorted(flows)))
        elif for_people and "CallbackURLs" not in properties:
            yield at(properties, "AllowedOAuthFlows", "without CallbackURLs")
        if _OLD_FLOWS & set(direct) and any(name.startswith("ALLOW_") for name in direct):
            yield at(properties, "ExplicitAuthFlows", ", ".join(direct))


@rule(
    "W9266",
    "The client's sign-in pages are not switched on",
    symptom="The sign-in page says Login pages unavailable, or that the client's flow is not enabled.",
    fix="Set AllowedOAuthFlowsUserPoolClient: true, SupportedIdentityProviders: [COGNITO], AllowedOAuthFlows: [code].",
    source=f"{_COGNITO}/cognito-user-pools-app-idp-settings.html",
)
def sign_in_off(graph: Graph) -> Iterator[Place]:
    """Only where flows for people are named: a client may do without the pages."""
    for client in graph.of(_CLIENT):
        properties = client.properties
        on = "AllowedOAuthFlowsUserPoolClient" in properties  # false is said on purpose
        people = {"code", "implicit"} & set(properties.texts("AllowedOAuthFlows"))
        if people and not on:
            yield at(properties, "AllowedOAuthFlows", "without AllowedOAuthFlowsUserPoolClient")
        elif people and "SupportedIdentityProviders" not in properties:
            yield at(properties, "AllowedOAuthFlows", "without SupportedIdentityProviders")


@rule(
    "E9267",
    "The name of the sign-in pages is none that Cognito takes",
    symptom="The deployment fails: InvalidParameterException, the domain is reserved or contains invalid characters.",
    fix="Write lower-case letters, digits and hyphens, without aws, amazon or cognito; a domain of your own needs "
    "CustomDomainConfig with a certificate of us-east-1.",
    source=f"{_COGNITO}/cognito-user-pools-assign-domain-prefix.html",
)
def domain_prefix(graph: Graph) -> Iterator[Place]:
    for domain in graph.of("AWS::Cognito::UserPoolDomain"):
        name = domain.properties.text("Domain")
        literal = re.sub(r"\$\{[^}]*\}", "", name)
        own = "CustomDomainConfig" in domain.properties
        reserved = any(word in literal for word in _RESERVED)
        if not own and (reserved or re.search(r"[^a-z0-9-]", literal)):
            yield at(domain.properties, "Domain")
        certificate = domain.properties.object("CustomDomainConfig").text("CertificateArn")
        if own and re.match(r"arn:aws:acm:(?!us-east-1:|\$)", certificate):
            yield at(domain.properties.object("CustomDomainConfig"), "CertificateArn")


@rule(
    "E9268",
    "The settings of the user pool or its client contradict one another",
    symptom="The deployment fails: InvalidParameterException.",
    fix="Keep UsernameAttributes or AliasAttributes, not both; let refresh tokens outlast access and id tokens.",
    source=f"{_COGNITO}/user-pool-settings-attributes.html",
)
def pool_settings(graph: Graph) -> Iterator[Place]:
    for pool in graph.of("AWS::Cognito::UserPool"):
        if pool.properties.get("UsernameAttributes") and pool.properties.get("AliasAttributes"):
            yield at(pool.properties, "AliasAttributes", "beside UsernameAttributes")
    for client in graph.of(_CLIENT):
        refresh = _lasts(client.properties, "RefreshToken", "days")
        for token in ("AccessToken", "IdToken"):
            lasts = _lasts(client.properties, token, "hours")
            if refresh is not None and lasts is not None and lasts > refresh:
                yield at(client.properties, f"{token}Validity", f"{lasts} s; RefreshTokenValidity {refresh} s")


def _lasts(properties: Object, token: str, unit: str) -> int | None:
    """Seconds; None when the default holds or the deployment decides."""
    number = properties.number(f"{token}Validity")
    factor = _SECONDS.get(properties.object("TokenValidityUnits").text(token) or unit)
    return number * factor if number is not None and factor is not None else None
