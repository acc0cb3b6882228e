"""What the Hub says of pins."""


class HubAnswers:
    """To be written."""
