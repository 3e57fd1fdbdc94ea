"""What the page is made of: cards, reasons, facts and the media behind them. Knows no recommender and no chat library."""
