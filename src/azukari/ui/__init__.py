"""Layout, components, tokens and error pages. Knows no room: it is told what to show."""
