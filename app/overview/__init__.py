"""The pages anybody may read: the condition, privacy, accessibility."""
