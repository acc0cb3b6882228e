"""`python -m winasr_doctor.schemas` writes the schema files anew."""

from winasr_doctor.schemas import write

write()
