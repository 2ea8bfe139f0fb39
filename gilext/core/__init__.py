"""What everything stands on; nothing here measures."""
