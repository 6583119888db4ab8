"""Links: tie later contacts of a customer to the earlier ones they belong to."""
