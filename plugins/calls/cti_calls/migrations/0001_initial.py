"""Calls, their legs and agents, the journal, devices, call-backs and connections.

The models are frozen copies: they stay as they are when those of the plugin change.
"""

import peewee


def up(migrator, db):
    """Create the tables."""

    class Table(peewee.Model):
        id = peewee.BigAutoField()

        class Meta:
            database = db
            legacy_table_names = False

    class StoredCall(Table):
        class Meta:
            table_name = "call_record"

        source = peewee.CharField(max_length=100)
        direction = peewee.CharField(max_length=8)
        remote = peewee.CharField(max_length=255)
        remote_key = peewee.CharField(max_length=255)
        remote_name = peewee.CharField(max_length=255)
        withheld = peewee.BooleanField()
        dialled = peewee.CharField(max_length=255)
        queue = peewee.CharField(max_length=255)
        started_at = peewee.BigIntegerField()
        queued_at = peewee.BigIntegerField(null=True)
        requeued_at = peewee.BigIntegerField(null=True)
        queue_left_at = peewee.BigIntegerField(null=True)
        answered_at = peewee.BigIntegerField(null=True)
        voicemail_at = peewee.BigIntegerField(null=True)
        ended_at = peewee.BigIntegerField(null=True)
        state = peewee.CharField(max_length=8)
        outcome = peewee.CharField(max_length=16)
        hung_up_by = peewee.CharField(max_length=8)
        cause = peewee.CharField(max_length=100)
        told = peewee.TextField()
        begun = peewee.BooleanField()
        lost = peewee.BooleanField()
        answered_by = peewee.TextField()
        caller = peewee.CharField(max_length=255)
        caller_display = peewee.CharField(max_length=255)
        looked_up_at = peewee.BigIntegerField(null=True)
        ticket = peewee.CharField(max_length=255)
        note = peewee.TextField()
        token = peewee.CharField(max_length=100)
        begun_by = peewee.CharField(max_length=255)
        simulated = peewee.BooleanField()
        event_at = peewee.BigIntegerField()
        stored_at = peewee.BigIntegerField()
        pushed_at = peewee.BigIntegerField(null=True)
        painted_at = peewee.BigIntegerField(null=True)

    class CallKey(Table):
        class Meta:
            table_name = "call_key"
            indexes = ((("source", "key"), True),)

        source = peewee.CharField(max_length=100)
        key = peewee.CharField(max_length=255)
        call = peewee.ForeignKeyField(StoredCall, on_delete="CASCADE")
        used = peewee.BooleanField()
        superseded = peewee.BooleanField()
        ended_at = peewee.BigIntegerField(null=True)
        hung_up_by = peewee.CharField(max_length=8)
        cause = peewee.CharField(max_length=100)
        cause_at = peewee.BigIntegerField(null=True)

    class StoredLeg(Table):
        class Meta:
            table_name = "call_leg"
            indexes = ((("call", "key"), True),)

        call = peewee.ForeignKeyField(StoredCall, on_delete="CASCADE")
        key = peewee.CharField(max_length=255)
        device = peewee.CharField(max_length=255)
        began = peewee.BooleanField()
        dialled_at = peewee.BigIntegerField(null=True)
        ringing_at = peewee.BigIntegerField(null=True)
        answered_at = peewee.BigIntegerField(null=True)
        ended_at = peewee.BigIntegerField(null=True)
        held_at = peewee.BigIntegerField(null=True)
        resumed_at = peewee.BigIntegerField(null=True)
        transferred_at = peewee.BigIntegerField(null=True)
        outcome = peewee.CharField(max_length=16)
        cause = peewee.CharField(max_length=100)
        cause_at = peewee.BigIntegerField(null=True)

    class CallAgent(Table):
        class Meta:
            table_name = "call_agent"
            indexes = (
                (("call", "agent", "leg_key"), True),
                (("agent", "started_at", "call"), False),
                (("agent", "outcome", "started_at", "call"), False),
            )

        call = peewee.ForeignKeyField(StoredCall, on_delete="CASCADE")
        agent = peewee.CharField(max_length=255)
        leg_key = peewee.CharField(max_length=255)
        answered = peewee.BooleanField()
        started_at = peewee.BigIntegerField()
        outcome = peewee.CharField(max_length=16)

    class JournalEntry(Table):
        class Meta:
            table_name = "phone_event"
            indexes = ((("source", "dedup"), True),)

        source = peewee.CharField(max_length=100)
        received_at = peewee.BigIntegerField(index=True)
        dedup = peewee.CharField(max_length=64)
        kind = peewee.CharField(max_length=100)
        payload = peewee.TextField()
        facts = peewee.TextField()
        call = peewee.BigIntegerField(null=True, index=True)
        agents = peewee.TextField()
        silence = peewee.CharField(max_length=255)
        problem = peewee.CharField(max_length=255)

    class StoredDevice(Table):
        class Meta:
            table_name = "device"
            indexes = ((("source", "name"), True),)

        source = peewee.CharField(max_length=100)
        name = peewee.CharField(max_length=255)
        label = peewee.CharField(max_length=255)

    class DeviceAgent(Table):
        class Meta:
            table_name = "device_agent"
            indexes = ((("device", "agent"), True),)

        device = peewee.ForeignKeyField(StoredDevice, on_delete="CASCADE")
        agent = peewee.CharField(max_length=255, index=True)

    class CallBack(Table):
        class Meta:
            table_name = "call_back"

        remote_key = peewee.CharField(max_length=255)
        remote = peewee.CharField(max_length=255)
        withheld = peewee.BooleanField()
        queue = peewee.CharField(max_length=255)
        since = peewee.BigIntegerField()
        last_at = peewee.BigIntegerField(index=True)
        count = peewee.IntegerField()
        owner = peewee.CharField(max_length=255)
        claimed_at = peewee.BigIntegerField(null=True)
        done_at = peewee.BigIntegerField(null=True, index=True)
        done_by = peewee.CharField(max_length=255)
        last_call = peewee.BigIntegerField()

    class ConnectionState(Table):
        class Meta:
            table_name = "phone_connection"

        source = peewee.CharField(max_length=100, unique=True)
        owner = peewee.CharField(max_length=255)
        number = peewee.BigIntegerField()
        until = peewee.BigIntegerField()
        state = peewee.CharField(max_length=20)
        problem = peewee.TextField()
        last_event_at = peewee.BigIntegerField(null=True)
        changed_at = peewee.BigIntegerField()

    class PopChoice(Table):
        class Meta:
            table_name = "pop_choice"

        agent = peewee.CharField(max_length=255, unique=True)
        moment = peewee.CharField(max_length=10)
        notification = peewee.BooleanField()
        sound = peewee.BooleanField()

    db.create_tables(
        [
            StoredCall,
            CallKey,
            StoredLeg,
            CallAgent,
            JournalEntry,
            StoredDevice,
            DeviceAgent,
            CallBack,
            ConnectionState,
            PopChoice,
        ]
    )
    for name, columns in (
        ("started", "started_at, id"),
        ("queue", "queue, started_at, id"),
        ("queue_outcome", "queue, outcome, started_at, id"),
        ("outcome", "outcome, started_at, id"),
        ("remote", "remote_key, started_at, id"),
        ("caller", "caller, started_at, id"),
        ("ticket", "ticket, started_at, id"),
    ):
        db.execute_sql(f"CREATE INDEX call_record_{name} ON call_record ({columns})")
    db.execute_sql(
        "CREATE INDEX call_record_open ON call_record (started_at, id) WHERE ended_at IS NULL"
    )
    db.execute_sql(
        "CREATE UNIQUE INDEX call_back_open ON call_back (remote_key, queue) WHERE done_at IS NULL"
    )


def down(migrator, db):
    """Drop the tables."""
    for table in (
        "pop_choice",
        "phone_connection",
        "call_back",
        "device_agent",
        "device",
        "phone_event",
        "call_agent",
        "call_leg",
        "call_key",
        "call_record",
    ):
        db.execute_sql(f'DROP TABLE "{table}"')
