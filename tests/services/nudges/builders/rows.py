"""Rows of the tables of nudges, planted directly: a test of a query needs no rule and no policy."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import asyncpg

from services.nudges.decide.thanks.recognitions import add_recognition
from services.nudges.domain.feedback.answers import Answer, WrongReason
from services.nudges.domain.feedback.thanks import Recognition, RecognitionId, thanks_candidate
from shared.events import DayReport, GoalKey, ManagerId, Nudge, NudgeId, Person, PersonId, PlaybookAnnounced, Rep, RepId, TeamId
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import MARA


@dataclass(frozen=True)
class Rows:
    """Plants rows into the schema that a pool sees."""

    pool: asyncpg.Pool

    async def ignore_indexes(self) -> None:
        """From now on queries use no index, which would give its order even to a query that does not ask for it."""
        database = await self.pool.fetchval("SELECT current_database()")
        for plan in ("indexscan", "bitmapscan"):
            await self.pool.execute(f'ALTER ROLE CURRENT_USER IN DATABASE "{database}" SET enable_{plan} = off')
        await self.pool.expire_connections()

    async def add_day(self, report: DayReport, *, first_seen: Mapping[str, datetime] | None = None) -> None:
        """A day report. `first_seen` says by behaviour when the first count arrived. Without it the day was imported, or
        nothing has arrived."""
        arrivals = first_seen or {}
        await self.pool.execute(
            "INSERT INTO day (rep_id, day, revision, report, first_seen_at, first_seen) VALUES ($1, $2, $3, $4, $5, $6)"
            " ON CONFLICT (rep_id, day) DO UPDATE SET revision = excluded.revision, report = excluded.report,"
            " first_seen_at = excluded.first_seen_at, first_seen = excluded.first_seen",
            report.rep.id,
            report.day,
            report.revision,
            report.model_dump_json(),
            min(arrivals.values(), default=None),
            json.dumps({behaviour: instant.isoformat() for behaviour, instant in arrivals.items()}),
        )

    async def add_nudge(
        self,
        nudge: Nudge,
        *,
        status: str = "sent",
        because: str = "",
        managers: Sequence[ManagerId] = (MARA.id,),
        timezone: str = "Europe/Madrid",
        is_scheduled: bool = True,
        propensity: float | None = None,
        bundled_with: NudgeId | None = None,
        retracted_because: str = "",
    ) -> None:
        """A nudge that was decided when it is sent. One that `is_scheduled` has a time at which it was, or will be, sent."""
        was_sent = status in {"sent", "bundled", "withheld"}
        await self.pool.execute(
            "INSERT INTO nudge (id, rule, kind, person_id, person_name, team_id, manager_ids, occasion, day, timezone, text,"
            " reason, status, because, decided_at, send_at, sent_day, event, traceparent, propensity, bundled_with,"
            " retracted_at, retracted_because)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, '', $19, $20, $21, $22)",
            nudge.id,
            nudge.rule,
            nudge.kind,
            nudge.person.id,
            nudge.person.name,
            nudge.team.id,
            list(managers),
            nudge.occasion,
            nudge.day,
            timezone,
            nudge.text,
            nudge.reason,
            status,
            because,
            nudge.decided_at,
            nudge.send_at if is_scheduled else None,
            nudge.send_at.astimezone(ZoneInfo(timezone)).date() if was_sent else None,
            nudge.model_dump_json(),
            propensity,
            bundled_with,
            NOON if retracted_because else None,
            retracted_because,
        )

    async def move_to_the_end(self, nudge_id: NudgeId) -> None:
        """Store a nudge behind the others, where Postgres finds it last unless a query asks for an order."""
        await self.pool.execute("UPDATE nudge SET person_name = person_name WHERE id = $1", nudge_id)

    async def add_channel(self, name: str = "recorder", *, reaches_recipient: bool = True) -> None:
        """A channel that is known, or is made to be."""
        await self.pool.execute(
            "INSERT INTO channel (name, destination, reaches_recipient) VALUES ($1, '', $2)"
            " ON CONFLICT (name) DO UPDATE SET reaches_recipient = excluded.reaches_recipient",
            name,
            reaches_recipient,
        )

    async def add_delivery(
        self,
        nudge_id: NudgeId,
        channel: str = "recorder",
        *,
        state: str = "queued",
        queued_at: datetime = NOON,
        due_at: datetime | None = None,
        attempts: int = 0,
        last_error: str = "",
        lease_left_s: float | None = None,
    ) -> None:
        """A delivery of a nudge that is there. `lease_left_s` is how long its sender still has it, by the database's clock."""
        await self.pool.execute(
            "INSERT INTO delivery (nudge_id, channel, state, attempts, due_at, queued_at, last_error, delivered_at,"
            " lease_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + make_interval(secs => $9))",
            nudge_id,
            channel,
            state,
            attempts,
            due_at or queued_at,
            queued_at,
            last_error,
            queued_at if state == "delivered" else None,
            lease_left_s,
        )

    async def add_announcement(
        self,
        announced: PlaybookAnnounced,
        *,
        nudge_id: str | None = None,
        delivered_at: datetime | None = None,
        acknowledged_at: datetime | None = None,
        withdrawn_at: datetime | None = None,
    ) -> None:
        """A version that was announced to a rep."""
        await self.pool.execute(
            "INSERT INTO announcement (rep_id, version, announcement_number, body, nudge_id, delivered_at, acknowledged_at,"
            " withdrawn_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            announced.rep.id,
            announced.version,
            announced.announcement_number,
            announced.model_dump_json(),
            nudge_id or f"announcement-{announced.version}",
            delivered_at,
            acknowledged_at,
            withdrawn_at,
        )

    async def add_team_calibration(self, team_id: TeamId, rule: str, *, strictness: float = 0.0) -> None:
        """Without it, a rule that is calibrated is silent."""
        await self.pool.execute(
            "INSERT INTO team_calibration (team_id, rule, strictness, alerts_before, alerts_after, judged_days, calibrated_at)"
            " VALUES ($1, $2, $3, 1, 1, 300, $4)",
            team_id,
            rule,
            strictness,
            datetime(2026, 1, 4, 3, tzinfo=UTC),
        )

    async def add_answer(
        self, nudge_id: NudgeId, person_id: PersonId, answer: Answer, *, reason: WrongReason | None = None, now: datetime = NOON
    ) -> None:
        """What somebody answered to a nudge that is there."""
        await self.pool.execute(
            "INSERT INTO answer (nudge_id, person_id, answer, reason, answered_at, first_answer, first_at)"
            " VALUES ($1, $2, $3, $4, $5, $3, $5)",
            nudge_id,
            person_id,
            answer.value,
            reason.value if reason is not None else "",
            now,
        )

    async def add_thanks(
        self,
        rep: Rep,
        manager: Person = MARA,
        *,
        text: str = "Great save",
        nudge_id: NudgeId | None = None,
        written_at: datetime = NOON,
        undone_at: datetime | None = None,
        is_from_colleague: bool = False,
    ) -> Nudge:
        """What a manager or a colleague wrote to a rep. Returns its message, which is not stored."""
        recognition = Recognition(
            id=RecognitionId(f"{manager.id}-{rep.id}-{written_at:%d%H%M}"),
            rep_id=rep.id,
            sender=Person(id=manager.id, name=manager.name),
            nudge_id=nudge_id,
            about_day=None,
            facts="",
            text=text,
            written_at=written_at,
            is_from_colleague=is_from_colleague,
        )
        async with self.pool.acquire() as connection:
            await add_recognition(connection, recognition)
        await self.pool.execute("UPDATE recognition SET undone_at = $2 WHERE id = $1", recognition.id, undone_at)
        candidate = thanks_candidate(recognition, today=written_at.date())
        return make_nudge(
            candidate.nudge_id(rep.id),
            person=rep,
            kind=candidate.kind,
            rule=candidate.rule,
            occasion=candidate.occasion,
            text=candidate.wordings[0],
            reason=candidate.reason,
            sender=candidate.sender,
            decided_at=written_at,
            send_at=written_at,
        )

    async def add_ladder(self, rep_id: RepId, goal: GoalKey, period_start: date, *, reached: int = 0, size: int = 30) -> None:
        """Where a rep stands on the way to a goal."""
        await self.pool.execute(
            "INSERT INTO ladder (rep_id, goal, period_start, reached, size) VALUES ($1, $2, $3, $4, $5)",
            rep_id,
            goal,
            period_start,
            reached,
            Decimal(size),
        )

    async def outbox(self, event_type: str) -> list[str]:
        """The bodies of the events of a type that wait to be published, in order."""
        rows = await self.pool.fetch("SELECT body FROM outbox WHERE event_type = $1 ORDER BY id", event_type)
        return [row["body"] for row in rows]
