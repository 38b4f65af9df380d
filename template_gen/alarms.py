"""Mails when something is wrong: alarms on errors and lost work, and a budget for the whole account.

Alarms stay silent while nobody visits (missing data is not an error). Ten alarms and every budget are free of charge.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, budgets, cloudwatch, sns

from template_gen.function import Function, Website
from template_gen.options import Api
from template_gen.queues import Queues
from template_gen.site import Site
from template_gen.suppressions import suppress
from template_gen.template import Template

FIVE_MINUTES = 300
BUDGET_PERCENT = {"ACTUAL": 80, "FORECASTED": 100}
_NO_KEY = "CloudWatch cannot publish through AWS's own key, and a key of your own is $1 a month"


@dataclass(frozen=True, slots=True)
class _Watch:
    """A metric that should stay at zero, counted over five minutes."""

    title: str
    namespace: str
    metric: str
    dimension: str
    value: Any
    meaning: str
    statistic: str = "Sum"


def add_alarms(template: Template, site: Site, function: Website, queues: Queues, workers: dict[str, Function]) -> None:
    if not site.alarms:
        return
    template.section("Alarms: a mail when something goes wrong")
    topic = template.add(sns.Topic("Alerts", **suppress({"CKV_AWS_26 SNS_ENCRYPTED_KMS": _NO_KEY})))
    template.add(
        sns.SubscriptionResource("AlertsMail", TopicArn=Ref(topic), Protocol="email", Endpoint=_email(template)),
        "AWS asks this address for a confirmation first.",
    )
    for watch in _watches(site, function, queues, workers):
        template.add(_alarm(watch, topic))


def add_budget(template: Template, site: Site) -> None:
    if site.monthly_budget is None:
        return
    template.section("Budget: a mail before the bill")
    limit = template.parameter(
        "MonthlyBudget",
        Type="Number",
        Description="USD a month for the whole account; a mail at 80 % spent and at 100 % forecast",
        Default=site.monthly_budget,
        MinValue=1,
    )
    template.add(
        budgets.Budget(
            "Budget",
            Budget=budgets.BudgetData(
                BudgetType="COST", TimeUnit="MONTHLY", BudgetLimit=budgets.Spend(Amount=limit, Unit="USD")
            ),
            NotificationsWithSubscribers=[_notification(kind, _email(template)) for kind in BUDGET_PERCENT],
        )
    )


def _email(template: Template) -> Ref:
    return template.parameter(
        "AlertEmail",
        Type="String",
        Description="The address for mails about errors and costs",
        AllowedPattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
        ConstraintDescription="must be an e-mail address",
    )


def _watches(site: Site, function: Website, queues: Queues, workers: dict[str, Function]) -> Iterator[_Watch]:
    code = {"Function": function.resource, **{worker.title: worker for worker in workers.values()}}
    for title, resource in code.items():
        name = Ref(resource)
        yield _Watch(f"{title}Errors", "AWS/Lambda", "Errors", "FunctionName", name, "the app raised or timed out")
        yield _Watch(
            f"{title}Throttles", "AWS/Lambda", "Throttles", "FunctionName", name, "the account's concurrency is used up"
        )
    if site.api is Api.HTTP_API:
        yield _Watch("ApiErrors", "AWS/ApiGateway", "5xx", "ApiId", Ref("Api"), "visitors got a server error")
    for queue in queues.dead_letters.values():
        metric = "ApproximateNumberOfMessagesVisible"
        name = GetAtt(queue, "QueueName")
        yield _Watch(
            f"{queue.title}Waiting", "AWS/SQS", metric, "QueueName", name, "work failed three times", "Maximum"
        )


def _alarm(watch: _Watch, topic: sns.Topic) -> cloudwatch.Alarm:
    return cloudwatch.Alarm(
        f"{watch.title}Alarm",
        AlarmDescription=watch.meaning,
        Namespace=watch.namespace,
        MetricName=watch.metric,
        Dimensions=[cloudwatch.MetricDimension(Name=watch.dimension, Value=watch.value)],
        Statistic=watch.statistic,
        Period=FIVE_MINUTES,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[Ref(topic)],
    )


def _notification(kind: str, email: Ref) -> budgets.NotificationWithSubscribers:
    return budgets.NotificationWithSubscribers(
        Notification=budgets.Notification(
            NotificationType=kind,
            ComparisonOperator="GREATER_THAN",
            Threshold=BUDGET_PERCENT[kind],
            ThresholdType="PERCENTAGE",
        ),
        Subscribers=[budgets.Subscriber(SubscriptionType="EMAIL", Address=email)],
    )
