"""What all tables share: their names' conventions, and the type of ids."""

from sqlalchemy import BigInteger, Integer, MetaData, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column of type INTEGER; PostgreSQL's INTEGER is too small for ids of GHES.
Number = BigInteger().with_variant(Integer(), "sqlite")

# Compared by its characters' numbers everywhere, so that what begins with `owner/` lies together.
Key = Text().with_variant(Text(collation="C"), "postgresql")
