"""Demonstration data: three invented sites, one account per role, and sixty cases made by the real use cases."""

from engage.services.demo.people import SignIn
from engage.services.demo.phones import Phone, phones
from engage.services.demo.seeding import NotInTheProduct, seed

__all__ = ["NotInTheProduct", "Phone", "SignIn", "phones", "seed"]
