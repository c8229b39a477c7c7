"""Guards of tenancy, taken away."""


def transaction_setting() -> None:
    """A unit of work sets its organization for the session instead of the transaction."""
    from foundation import units

    units.SET = "SELECT set_config('app.organization', %(organization)s::text, false)"
