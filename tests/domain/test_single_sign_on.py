"""Which roles a claim stands for, and whether a second factor was asked for."""

import uuid

import pytest

from engage.domain.policy import Membership, Role
from engage.domain.single_sign_on import asked_for_second_factor, mapped_to, read_mapping

BOR = uuid.UUID(int=1)
FILE = {
    "mapping": [
        {"value": "bor-officers", "roles": ["officer@BOR", "liaison@bor"]},
        {"value": "auditors", "roles": ["auditor@all"]},
        {"value": "elsewhere", "roles": ["officer@KOL"]},
        {"value": "nothing"},
    ]
}


def test_the_values_of_somebody_stand_for_roles_and_the_file_says_which_it_governs():
    given, governed = mapped_to(read_mapping(FILE), {"bor-officers", "unknown"}, {"BOR": BOR})
    assert given == {Membership(Role.OFFICER, BOR), Membership(Role.LIAISON, BOR)}
    assert governed == given | {Membership(Role.AUDITOR, None)}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"mapping": "none"},
        {"mapping": [{"value": "x", "roles": ["officer"]}]},
        {"mapping": [{"value": "x", "roles": ["king@BOR"]}]},
    ],
)
def test_a_file_that_means_nothing_is_refused(document):
    with pytest.raises(ValueError):
        read_mapping(document)


@pytest.mark.parametrize(
    ("claims", "asked"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": ["pwd", "otp"]}, False),
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": "mfa"}, False),
        ({"acr": "strong"}, True),
        ({"acr": "weak"}, False),
        ({"acr": ["strong"]}, False),
    ],
)
def test_a_second_factor_counts_where_the_provider_says_so(claims, asked):
    assert asked_for_second_factor(claims, {"strong"}) is asked
