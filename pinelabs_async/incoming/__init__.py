"""What the gateway sends to you: the payer's return to your site."""
