"""The closed vocabularies of a policy item: what a document can be, how far it has come, who is meant."""

from enum import StrEnum


class Modality(StrEnum):
    """The kind of therapy that a document is about."""

    CAR_T = "car_t"
    TCR_T = "tcr_t"
    TIL = "til"
    NK = "nk"
    IMMUNE_CELL = "immune_cell"
    STEM_CELL = "stem_cell"
    IPSC = "ipsc"
    SOMATIC_CELL = "somatic_cell"
    GENE_THERAPY = "gene_therapy"
    GENE_EDITING = "gene_editing"
    ONCOLYTIC_VIRUS = "oncolytic_virus"
    EXOSOME = "exosome"
    TISSUE_ENGINEERED = "tissue_engineered"
    CGT_GENERAL = "cgt_general"


class DocType(StrEnum):
    """What kind of act a document is."""

    LAW = "law"
    GUIDELINE = "guideline"
    STANDARD = "standard"
    NOTICE = "notice"
    PLAN = "plan"
    REPLY = "reply"
    PROPOSAL = "proposal"
    APPROVAL = "approval"
    TRIAL = "trial"
    SAFETY = "safety"
    ENFORCEMENT = "enforcement"
    FUNDING = "funding"
    REIMBURSEMENT = "reimbursement"
    MEETING = "meeting"
    ROUNDUP = "roundup"
    INTERPRETATION = "interpretation"
    OTHER = "other"
    NONE = "none"


class Stage(StrEnum):
    """How far an act has come."""

    DRAFT = "draft"
    ISSUED = "issued"
    EFFECTIVE = "effective"
    AMENDED = "amended"
    REPEALED = "repealed"
    PROPOSED = "proposed"
    NONE = "none"


class Level(StrEnum):
    """How high an issuer stands; `news` is no authority at all."""

    SUPRANATIONAL = "supranational"
    NATIONAL = "national"
    PROVINCIAL = "provincial"
    MUNICIPAL = "municipal"
    NEWS = "news"


class Importance(StrEnum):
    """How much an item matters to somebody who works in cell and gene therapy."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"
