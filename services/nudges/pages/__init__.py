"""The pages that people open: a manager's inbox, a rep's own page with their days, and the page on which a nudge is answered.

Each page opens for whoever is signed in, or with a link that is signed for its reader, and shows only what is theirs. Opening a
page by a link changes nothing, since programs that check mail open every link. Only the buttons change something, and their
addresses are signed like the page on which they are, so that nobody can make somebody else's browser press one.
"""
