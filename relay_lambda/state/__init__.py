"""What the relay remembers, in one DynamoDB table: a file for each kind of row (`shared.relay_table`)."""
