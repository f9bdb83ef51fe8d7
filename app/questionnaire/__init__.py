"""The form itself: what is asked, in which order, and what the answers mean. Pure: no web, no database."""
