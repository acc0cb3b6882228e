"""The speed table: what winasr_doctor costs, each time beside what does the same without it."""
