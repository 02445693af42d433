"""The tables of calls. Moments are in milliseconds since 1970, UTC."""

from __future__ import annotations

import peewee

from cti_calls.model.recent_click import RecentClick
from cti_calls.model.records import Moment
from cti_host import database


class _Table(peewee.Model):
    id = peewee.BigAutoField()

    class Meta:
        database = database
        legacy_table_names = False


class StoredCall(_Table):
    """A call: what its facts say together, and what agents noted.

    `remote_key` is the number's key, by which calls of one number are found. `queued_at` is when it
    came to a queue first, `requeued_at` when last; `queue_left_at` is when it left one last.
    `hung_up_by` is who ended it. `told` is JSON: when each text was told, of which the earliest
    counts, and what else the facts need to be merged (see `store/call_rows.py`). `begun` says that
    more than its end was told, `lost` that its end was only supposed. `event_at` is the latest
    moment that a fact told, `stored_at` when the last one was stored.
    `caller` (a key, see `Caller.key`) and `caller_display` are the one person who was found;
    `looked_up_at` says that somebody was looked for. `ticket` is a key of a ticket. `pushed_at` is
    when a screen was told, `painted_at` when one showed it.
    """

    class Meta:
        table_name = "call_record"

    source = peewee.CharField(max_length=100)
    direction = peewee.CharField(max_length=8)
    remote = peewee.CharField(max_length=255, default="")
    remote_key = peewee.CharField(max_length=255, default="")
    remote_name = peewee.CharField(max_length=255, default="")
    withheld = peewee.BooleanField(default=False)
    dialled = peewee.CharField(max_length=255, default="")
    queue = peewee.CharField(max_length=255, default="")
    started_at = peewee.BigIntegerField()
    queued_at = peewee.BigIntegerField(null=True)
    requeued_at = peewee.BigIntegerField(null=True)
    queue_left_at = peewee.BigIntegerField(null=True)
    answered_at = peewee.BigIntegerField(null=True)
    voicemail_at = peewee.BigIntegerField(null=True)
    ended_at = peewee.BigIntegerField(null=True)
    state = peewee.CharField(max_length=8)
    outcome = peewee.CharField(max_length=16, default="")
    hung_up_by = peewee.CharField(max_length=8, default="")
    cause = peewee.CharField(max_length=100, default="")
    told = peewee.TextField(default="{}")
    begun = peewee.BooleanField(default=False)
    lost = peewee.BooleanField(default=False)
    answered_by = peewee.TextField(default="")
    caller = peewee.CharField(max_length=255, default="")
    caller_display = peewee.CharField(max_length=255, default="")
    looked_up_at = peewee.BigIntegerField(null=True)
    ticket = peewee.CharField(max_length=255, default="")
    note = peewee.TextField(default="")
    token = peewee.CharField(max_length=100, default="")
    begun_by = peewee.CharField(max_length=255, default="")
    simulated = peewee.BooleanField(default=False)
    event_at = peewee.BigIntegerField()
    stored_at = peewee.BigIntegerField()
    pushed_at = peewee.BigIntegerField(null=True)
    painted_at = peewee.BigIntegerField(null=True)


class FormerCall(_Table):
    """An id that a call had before it turned out to be another, older one; links may name it."""

    class Meta:
        table_name = "former_call"

    former = peewee.BigIntegerField(unique=True)
    call = peewee.ForeignKeyField(StoredCall, on_delete="CASCADE")


class CallNote(_Table):
    """What the note of a call was from a moment on; the latest one is the note.

    `author` is the name that an agent signs in with; empty: nobody wrote it down as it is.
    """

    class Meta:
        table_name = "call_note"

    call = peewee.ForeignKeyField(StoredCall, on_delete="CASCADE")
    author = peewee.CharField(max_length=255, default="")
    written_at = peewee.BigIntegerField()
    note = peewee.TextField(default="")


class CallKey(_Table):
    """A phone system's key of a call. Two keys that turn out to be one call get one record.

    `used` says that facts came under it, `superseded` that the call goes on under another one.
    """

    class Meta:
        table_name = "call_key"
        indexes = ((("source", "key"), True),)

    source = peewee.CharField(max_length=100)
    key = peewee.CharField(max_length=255)
    call = peewee.ForeignKeyField(StoredCall, on_delete="CASCADE")
    used = peewee.BooleanField(default=False)
    superseded = peewee.BooleanField(default=False)
    ended_at = peewee.BigIntegerField(null=True)
    hung_up_by = peewee.CharField(max_length=8, default="")
    cause = peewee.CharField(max_length=100, default="")
    cause_at = peewee.BigIntegerField(null=True)


class StoredLeg(_Table):
    """A device's part in a call, or that of the remote, which has no device.

    `began`: the call was dialled on it.
    """

    class Meta:
        table_name = "call_leg"
        indexes = ((("call", "key"), True),)

    call = peewee.ForeignKeyField(StoredCall, on_delete="CASCADE")
    key = peewee.CharField(max_length=255)
    device = peewee.CharField(max_length=255, default="")
    began = peewee.BooleanField(default=False)
    dialled_at = peewee.BigIntegerField(null=True)
    ringing_at = peewee.BigIntegerField(null=True)
    answered_at = peewee.BigIntegerField(null=True)
    ended_at = peewee.BigIntegerField(null=True)
    held_at = peewee.BigIntegerField(null=True)
    resumed_at = peewee.BigIntegerField(null=True)
    transferred_at = peewee.BigIntegerField(null=True)
    outcome = peewee.CharField(max_length=16, default="")
    cause = peewee.CharField(max_length=100, default="")
    cause_at = peewee.BigIntegerField(null=True)


class CallAgent(_Table):
    """An agent whose device took part in a call, as the devices were when it did.

    `started_at` and `outcome` are those of the call: an agent's calls are listed by them.
    """

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
    answered = peewee.BooleanField(default=False)
    started_at = peewee.BigIntegerField()
    outcome = peewee.CharField(max_length=16, default="")


class JournalEntry(_Table):
    """An event as a phone system sent it, what it was understood as, and what became of it.

    `facts` is JSON. `agents` are those whose screens were told, `silence` is why nobody's was (see
    `store/silence.py`). `problem` is read by `model/problems.py`. `answer` is what the phone system
    was told ("200, application/json"); empty: nothing, it only tells. A refused request (`refused`
    is 1) has an entry for each minute and reason, and `count` says how many there were.
    """

    class Meta:
        table_name = "phone_event"
        indexes = ((("source", "dedup"), True),)

    source = peewee.CharField(max_length=100)
    received_at = peewee.BigIntegerField(index=True)
    dedup = peewee.CharField(max_length=64)
    kind = peewee.CharField(max_length=100)
    payload = peewee.TextField(default="")
    facts = peewee.TextField(default="")
    call = peewee.BigIntegerField(null=True, index=True)
    agents = peewee.TextField(default="")
    silence = peewee.CharField(max_length=255, default="")
    problem = peewee.TextField(default="")
    answer = peewee.CharField(max_length=60, default="")
    count = peewee.IntegerField(default=1)
    refused = peewee.IntegerField(default=0)


class StoredDevice(_Table):
    """A phone, as its source names it."""

    class Meta:
        table_name = "device"
        indexes = ((("source", "name"), True),)

    source = peewee.CharField(max_length=100)
    name = peewee.CharField(max_length=255)
    label = peewee.CharField(max_length=255, default="")


class DeviceAgent(_Table):
    """Whose phone it is: a device may be several agents', and an agent may have several."""

    class Meta:
        table_name = "device_agent"
        indexes = ((("device", "agent"), True),)

    device = peewee.ForeignKeyField(StoredDevice, on_delete="CASCADE")
    agent = peewee.CharField(max_length=255, index=True)


class AgentQueue(_Table):
    """A queue that an administrator says is an agent's, whether its calls ring on their phones."""

    class Meta:
        table_name = "agent_queue"
        indexes = ((("agent", "queue"), True),)

    agent = peewee.CharField(max_length=255)
    queue = peewee.CharField(max_length=255)


class CallBack(_Table):
    """Somebody who was missed, and waits to be called back: one open entry per number and queue."""

    class Meta:
        table_name = "call_back"

    remote_key = peewee.CharField(max_length=255)
    remote = peewee.CharField(max_length=255, default="")
    withheld = peewee.BooleanField(default=False)
    queue = peewee.CharField(max_length=255, default="")
    since = peewee.BigIntegerField()
    last_at = peewee.BigIntegerField(index=True)
    count = peewee.IntegerField(default=1)
    owner = peewee.CharField(max_length=255, default="")
    claimed_at = peewee.BigIntegerField(null=True)
    done_at = peewee.BigIntegerField(null=True, index=True)
    done_by = peewee.CharField(max_length=255, default="")
    last_call = peewee.BigIntegerField()


class ConnectionState(_Table):
    """Who holds the connection to a phone system, and how it is.

    `number` grows with each taking.
    """

    class Meta:
        table_name = "phone_connection"

    source = peewee.CharField(max_length=100, unique=True)
    owner = peewee.CharField(max_length=255, default="")
    number = peewee.BigIntegerField(default=0)
    until = peewee.BigIntegerField(default=0)
    state = peewee.CharField(max_length=20, default="")
    problem = peewee.TextField(default="")
    last_event_at = peewee.BigIntegerField(null=True)
    changed_at = peewee.BigIntegerField(default=0)


class Duty(_Table):
    """What one process of all hosts does, now and then: a lease."""

    class Meta:
        table_name = "phone_duty"

    name = peewee.CharField(max_length=20, unique=True)
    owner = peewee.CharField(max_length=255, default="")
    number = peewee.BigIntegerField(default=0)
    until = peewee.BigIntegerField(default=0)


class PopChoice(_Table):
    """How an agent wants to be told of calls: `moment` is a `Moment`."""

    class Meta:
        table_name = "pop_choice"

    agent = peewee.CharField(max_length=255, unique=True)
    moment = peewee.CharField(max_length=10, default=Moment.RINGING.value)
    notification = peewee.BooleanField(default=False)
    sound = peewee.BooleanField(default=False)


MODELS = (
    StoredCall,
    FormerCall,
    CallNote,
    CallKey,
    StoredLeg,
    CallAgent,
    JournalEntry,
    StoredDevice,
    DeviceAgent,
    AgentQueue,
    CallBack,
    ConnectionState,
    Duty,
    PopChoice,
    RecentClick,
)
