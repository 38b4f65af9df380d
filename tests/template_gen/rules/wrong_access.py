"""Wrong templates of who may call an API: tokens, authorizers, keys, and Cognito's clients."""

from typing import Any, Final

from tests.template_gen.rules.wrong import GONE, Wrong, att, ref, resource, sub

JWT: Final = "H.Auth.Authorizers.J"
TARGET: Final = sub("integrations/${Integration}")
CLIENT: Final = {"AllowedOAuthFlowsUserPoolClient": True, "AllowedOAuthFlows": ["code"],
                 "SupportedIdentityProviders": ["COGNITO"], "CallbackURLs": ["https://app.example.com/"]}  # fmt: skip


def issuer(value: Any) -> dict[str, Any]:
    return {f"{JWT}.JwtConfiguration.issuer": value}


def client(**changed: Any) -> dict[str, Any]:
    settings = {key: value for key, value in {**CLIENT, **changed}.items() if value is not GONE}
    return {"Client": resource("AWS::Cognito::UserPoolClient", UserPoolId=ref("Pool"), **settings)}


def authorizer(**changed: Any) -> dict[str, Any]:
    return {"Jwt": resource("AWS::ApiGatewayV2::Authorizer", **{
        "ApiId": ref("Api"), "Name": "jwt", "AuthorizerType": "JWT",
        "IdentitySource": ["$request.header.Authorization"],
        "JwtConfiguration": {"Issuer": "https://tenant.auth0.com/", "Audience": ["site"]}, **changed})}  # fmt: skip


def route(key: str, **properties: Any) -> dict[str, Any]:
    return resource("AWS::ApiGatewayV2::Route", ApiId=ref("Api"), RouteKey=key, Target=TARGET, **properties)


GUARDED: Final = {"AuthorizationType": "JWT", "AuthorizerId": ref("Jwt")}

TOKENS: Final = (
    Wrong("E9257", "signed-in", issuer(att("Pool.Arn"))),
    Wrong("E9257", "signed-in", issuer(att("Pool.ProviderName"))),
    Wrong("E9257", "signed-in", issuer("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc")),
    Wrong("E9257", "signed-in", issuer("https://cognito-idp.us-east-1.amazonaws.com/eu-west-1_abc")),
    Wrong("E9257", "signed-in", issuer(sub("https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}/"))),
    Wrong("E9257", "signed-in", issuer(sub("https://cognito-idp.${AWS::Region}.amazonaws.com/${Client}"))),
    Wrong("E9257", "signed-in", issuer("https://tenant.auth0.com/.well-known/jwks.json")),
    Wrong("E9257", "signed-in", issuer("https://login.auth.us-east-1.amazoncognito.com")),
    Wrong("E9257", "plain-site", {**authorizer(JwtConfiguration={"Issuer": "http://id.example.com", "Audience": ["x"]}),
                                  "Private": route("GET /me", **GUARDED)}),
    Wrong("E9258", "signed-in", {f"{JWT}.JwtConfiguration.audience": []}),
    Wrong("E9258", "signed-in", {f"{JWT}.JwtConfiguration.audience": [ref("Pool")]}),
    Wrong("E9259", "signed-in", {f"{JWT}.IdentitySource": "method.request.header.Authorization"}),
    Wrong("E9259", "plain-site", {**authorizer(IdentitySource=["Authorization"]),
                                  "Private": route("GET /me", **GUARDED)}),
    Wrong("W9260", "signed-in", {"H.Auth.DefaultAuthorizer": GONE}, frozenset()),
    Wrong("W9260", "plain-site", authorizer()),
    Wrong("E9261", "plain-site", {**authorizer(), "Private": route("GET /me", AuthorizerId=ref("Jwt"))}),
    Wrong("E9261", "plain-site", {**authorizer(), "Private": route("GET /me", **{**GUARDED,
                                                                                "AuthorizationType": "CUSTOM"})}),
    Wrong("W9262", "plain-site", {**authorizer(), "Read": route("GET /things", **GUARDED),
                                  "Write": route("POST /things")}),
    Wrong("W9263", "signed-in", {"Api.Auth.ApiKeyRequired": True}),
    Wrong("W9263", "rest-api", {"Root.ApiKeyRequired": True}),
    Wrong("E9347", "signed-in", {"H.Auth.DefaultAuthorizer": "Jot"}),
    Wrong("E9347", "signed-in", {"F.Events.B.Properties.Auth": {"Authorizer": "none"}}),
)  # fmt: skip

SIGN_IN: Final = (
    Wrong("E9264", "signed-in", client(CallbackURLs=["http://app.example.com/callback"])),
    Wrong("E9264", "signed-in", client(LogoutURLs=["app.example.com"])),
    Wrong("E9265", "signed-in", client(AllowedOAuthFlows=["code", "client_credentials"], GenerateSecret=True)),
    Wrong("E9265", "signed-in", client(AllowedOAuthFlows=["client_credentials"], CallbackURLs=GONE)),
    Wrong("E9265", "signed-in", client(CallbackURLs=GONE)),
    Wrong("E9265", "signed-in", client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"])),
    Wrong("W9266", "signed-in", client(AllowedOAuthFlowsUserPoolClient=GONE)),
    Wrong("W9266", "signed-in", client(SupportedIdentityProviders=GONE)),
    Wrong("E9267", "signed-in", {"Sign": resource(
        "AWS::Cognito::UserPoolDomain", UserPoolId=ref("Pool"), Domain="my-cognito-login")}),
    Wrong("E9267", "signed-in", {"Sign": resource(
        "AWS::Cognito::UserPoolDomain", UserPoolId=ref("Pool"), Domain="login.example.com", CustomDomainConfig={
            "CertificateArn": "arn:aws:acm:eu-west-1:111111111111:certificate/1"})}),
    Wrong("E9268", "signed-in", {"Pool.UsernameAttributes": ["email"], "Pool.AliasAttributes": ["phone_number"]}),
    Wrong("E9268", "signed-in", client(RefreshTokenValidity=1, AccessTokenValidity=24,
                                       TokenValidityUnits={"RefreshToken": "hours"})),
)  # fmt: skip

CORS: Final = (
    Wrong("E9244", "signed-in", {"H.CorsConfiguration.AllowOrigins": ["https://*.example.com"]}),
    Wrong("E9244", "signed-in", {"H.CorsConfiguration.AllowOrigins": ["'https://app.example.com'"]}),
    Wrong("E9357", "signed-in", {"H.CorsConfiguration.AllowMethods": ["GET", "PUT", "DELTE"]}),
    Wrong("E9357", "signed-in", {"H.CorsConfiguration.AllowHeaders": ["'*'"]}),
    Wrong("W9245", "signed-in", {"F.Events.A.Properties.Method": "delete"}),
    Wrong(
        "E9217",
        "signed-in",
        {
            "Api.GatewayResponses": {
                "DEFAULT_4XX": {"ResponseParameters": {"Headers": {"Access-Control-Allow-Origin": "*"}}}
            }
        },
    ),
)

WRONG: Final = (*TOKENS, *SIGN_IN, *CORS)
