"""What a person sees: tables and screens made of results, with their wording."""
