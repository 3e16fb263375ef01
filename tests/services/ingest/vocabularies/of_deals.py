"""The states and stages of deals that senders document."""

from typing import Final

from services.ingest.domain.crm.hubspot import DEAL_STAGES
from tests.services.ingest.vocabularies.vocabulary import Vocabulary
from tests.services.ingest.weeks import close, dataverse, espocrm, hubspot, pipedrive, salesforce, twenty, zoho

OPEN: Final = "deal_stage_changed"

KINDS: Final = (
    Vocabulary(
        sender="hubspot",
        document="HubSpot, CRM API, Pipelines: the stages of the default pipeline",
        write=lambda value: hubspot.changed(hubspot.DEAL, 1, dealstage=value),
        means={
            **dict.fromkeys(("appointmentscheduled", "qualifiedtobuy", "decisionmakerboughtin", "contractsent"), OPEN),
            **DEAL_STAGES,
        },
    ),
    Vocabulary(
        sender="pipedrive",
        document="Pipedrive, API, Deals: status",
        write=lambda value: pipedrive.deal(1, 1, "Tue 17 09:00", status=value, closed="Tue 17 09:00"),
        means={"open": OPEN, "won": "deal_won", "lost": "deal_lost", "deleted": None},
    ),
    Vocabulary(
        sender="salesforce",
        document="Salesforce, Object Reference, Opportunity: IsClosed and IsWon",
        write=lambda value: salesforce.deal("0061", "Stage", "Tue 17 09:00", state=value),
        means={"open": OPEN, "won": "deal_won", "lost": "deal_lost"},
    ),
    Vocabulary(
        sender="close",
        document="Close, API, Opportunity statuses: type",
        write=lambda value: close.deal(1, "Label", state=value),
        means={"active": OPEN, "won": "deal_won", "lost": "deal_lost"},
    ),
    Vocabulary(
        sender="zoho",
        document="Zoho CRM, Deals: the stages of a new organisation",
        write=lambda value: zoho.edited("Deals", 1, Stage=value),
        means={
            **dict.fromkeys(
                (
                    "Qualification",
                    "Needs Analysis",
                    "Value Proposition",
                    "Identify Decision Makers",
                    "Negotiation/Review",
                ),
                OPEN,
            ),
            "Closed Won": "deal_won",
            "Closed Lost": "deal_lost",
            "Closed-Lost to Competition": "deal_lost",
            "Closed-Lost To Competition": "deal_lost",
        },
    ),
    Vocabulary(
        sender="espocrm",
        document="EspoCRM, metadata/entityDefs/Opportunity.json: stage",
        write=lambda value: espocrm.changed("Opportunity", 1, stage=value),
        means={
            **dict.fromkeys(
                (
                    "Prospecting",
                    "Qualification",
                    "Needs Analysis",
                    "Value Proposition",
                    "Id. Decision Makers",
                    "Perception Analysis",
                    "Proposal/Price Quote",
                    "Negotiation/Review",
                    "Negotiation",
                ),
                OPEN,
            ),
            "Closed Won": "deal_won",
            "Closed Lost": "deal_lost",
        },
    ),
    Vocabulary(
        sender="twenty",
        document="Twenty, opportunity.workspace-entity.ts: stage",
        write=lambda value: twenty.deal(1, "Tue 17 09:00", value, "stage"),
        means={**dict.fromkeys(("NEW", "SCREENING", "MEETING"), OPEN), "CUSTOMER": "deal_won"},
    ),
    Vocabulary(
        sender="dataverse",
        document="Microsoft Dataverse, table reference, opportunity: statecode",
        write=lambda value: dataverse.updated("opportunity", 1, state=int(value)),
        means={"0": OPEN, "1": "deal_won", "2": "deal_lost"},
    ),
)
