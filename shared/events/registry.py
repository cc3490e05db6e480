"""What services/registry publishes beside the common case events.

The acts of civil status and certification.
"""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from shared.events.cases import CaseCorrectedData, CaseData
from shared.events.envelope import Event


class Ending(StrEnum):
    """How a marriage ended: by divorce, annulled by a court, or by the death of a spouse."""

    DIVORCE = "divorce"
    ANNULMENT = "annulment"
    DEATH = "death"


class BirthData(CaseData):
    """The resolved case and the day of birth."""

    born_on: date


class DeathData(CaseData):
    """The resolved case and the day of death."""

    died_on: date


class EntryCancelledData(CaseData):
    """The case that made the entry, which counts as before, and the last step of both."""

    corrects: str = Field(max_length=64)


class MarriageEndedData(CaseData):
    """The case that registered the marriage, which counts as before, and how the marriage ended."""

    ending: Ending


class BirthRegistered(Event):
    """A birth was entered in the register of births (đăng ký khai sinh)."""

    type: Literal["registry.birth.registered"] = "registry.birth.registered"
    data: BirthData


class DeathRegistered(Event):
    """A death was entered in the register of deaths (đăng ký khai tử)."""

    type: Literal["registry.death.registered"] = "registry.death.registered"
    data: DeathData


class MarriageRegistered(Event):
    """A marriage was entered in the register of marriages (đăng ký kết hôn)."""

    type: Literal["registry.marriage.registered"] = "registry.marriage.registered"
    data: CaseData


class MaritalStatusConfirmed(Event):
    """A marital status certificate was issued (xác nhận tình trạng hôn nhân)."""

    type: Literal["registry.marital_status.confirmed"] = "registry.marital_status.confirmed"
    data: CaseData


class SignatureCertified(Event):
    """A signature was certified (chứng thực chữ ký)."""

    type: Literal["registry.signature.certified"] = "registry.signature.certified"
    data: CaseData


class CopyCertified(Event):
    """A copy was certified against its original (chứng thực bản sao từ bản chính)."""

    type: Literal["registry.copy.certified"] = "registry.copy.certified"
    data: CaseData


class ElectronicCopyCertified(Event):
    """An electronic copy was certified against its original (chứng thực bản sao điện tử)."""

    type: Literal["registry.electronic_copy.certified"] = "registry.electronic_copy.certified"
    data: CaseData


class RegisterEntryCorrected(Event):
    """An entry in a register was corrected, changed or supplemented; `changed` are its fields.

    What they say is personal and stays in the department. The case counts as before.
    """

    type: Literal["registry.entry.corrected"] = "registry.entry.corrected"
    data: CaseCorrectedData


class RegisterEntryCancelled(Event):
    """An entry in a register was taken back, for a reason that the department keeps."""

    type: Literal["registry.entry.cancelled"] = "registry.entry.cancelled"
    data: EntryCancelledData


class MarriageEnded(Event):
    """It was noted in its entry that a marriage holds no longer, from the day of the event on."""

    type: Literal["registry.marriage.ended"] = "registry.marriage.ended"
    data: MarriageEndedData
