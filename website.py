"""This repository's website: what `make deploy` deploys. Change it, run `make templates`, read the diff."""

from template_gen import Key, Site, Table

site = Site(
    name="tracks",
    tables=(Table(name="Activities", partition_key=Key("pk"), sort_key=Key("sk"), expires="expires"),),
)
