"""Drawing what links show. Pure: from what GHES said to a card, full or condensed."""
