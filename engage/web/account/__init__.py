"""The account side of the pages."""
