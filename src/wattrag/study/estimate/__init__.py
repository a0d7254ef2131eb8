"""What a study will ask and what that takes, before anything is spent."""
