"""The page for people at the sandbox's root: what there is, live, and buttons for what payers, banks and time do."""
