"""Subscriptions as code: a file that says what channels are subscribed to, compared with the store and carried out.

    bytes ──reading──▶ declared ──resolving──▶ wished ──planning──▶ steps ──(the store)──▶ done, all of it or nothing
                                 ▲ GHES, Slack           ▲ held, as the store has it

TOML, since the standard library reads it, it takes comments, and a diff of it has one line for each subscription. YAML
would be one more dependency for the same. What a subscription wants is written in the words of `/ghe subscribe`, so
that there is one grammar and one validator.

What a file doesn't say stays as it is: channels that it doesn't name (unless it is to prune), and of those that it
names the settings, the subscriptions or the allowances that it leaves out.
"""
