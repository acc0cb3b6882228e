"""`python -m winasr_doctor`."""

from winasr_doctor.cli import main

if __name__ == "__main__":
    main()
