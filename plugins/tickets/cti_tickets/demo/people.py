"""The people of the demonstration: who they are, and their numbers in many writings.

Numbers are from the ranges that the countries keep free for films and examples, wherever there
is such a range.
"""

from __future__ import annotations

# id: name, code, parent
ORGANIZATIONS = {
    1: ("Fluvia Group", "FLU", None),
    2: ("Fluvia France", "FLU-FR", 1),
    3: ("Fluvia Deutschland", "FLU-DE", 1),
    4: ("Harbour & Sons", "HAS", None),
    5: ("Brouwerij De Linde", "LINDE", None),
    6: ("Northwind Service Desk", "NSD", None),
}

# id: name, organization, address, postal code, city, country
LOCATIONS = {
    1: ("Paris", 2, "12, rue de l'Écluse", "75010", "Paris", "France"),
    2: ("Nantes", 2, "3, quai de la Fosse", "44000", "Nantes", "France"),
    3: ("Dortmund", 3, "Hafenstraße 7", "44147", "Dortmund", "Germany"),
    4: ("London", 4, "28 Wharf Road", "E1W 2BB", "London", "United Kingdom"),
    5: ("Gent", 5, "Lindelei 4", "9000", "Gent", "Belgium"),
    6: ("Lyon", 6, "40, cours Lafayette", "69003", "Lyon", "France"),
}

TEAMS = {
    1: ("Service Desk", "desk@northwind.example", "+33 4 65 71 00 00"),
    2: ("Network", "network@northwind.example", "+33 4 65 71 00 10"),
    3: ("Workplace", "workplace@northwind.example", ""),
}

# id: first name, name, organization, location, function, phone, mobile phone, manager
PEOPLE = {
    10: ("Camille", "Moreau", 6, 6, "Support agent", "101", "+33 6 39 98 01 10", 11),
    11: ("Sofia", "Lindqvist", 6, 6, "Service desk lead", "102", "06.39.98.01.11", None),
    12: ("Thomas", "Nguyen", 6, 6, "Network engineer", "103", "", 11),
    13: ("Aoife", "O'Brien", 6, 6, "Workplace engineer", "104", "+44 7700 900113", 11),
    20: ("Marguerite", "Delaunay", 2, 1, "Accountant", "+33 9 87 65 43 21", "", 22),
    21: ("François", "d'Estaing", 2, 1, "Site manager", "01 99 00 12 00", "06 39 98 02 21", 22),
    22: ("Hélène", "Lefèvre", 2, 1, "Director", "01 99 00 12 00", "+33 (0)6 39 98 02 22", None),
    23: ("Noël", "Garçon", 2, 1, "Buyer", "0199001200", "", 22),
    24: ("Zoë", "Lacroix", 2, 2, "Planner", "02.61.91.30.24", "+33639980224", 22),
    25: ("Maëlle", "Le Goff", 2, 2, "Skipper", "02 61 91 30 25", "0033639980225", 24),
    26: ("André", "Œillet", 2, 2, "Mechanic", "02-61-91-30-26", "", 24),
    27: ("Inès", "Bérenger", 2, 1, "Lawyer", "(01) 99 00 12 27", "", 22),
    30: ("Jürgen", "Weiß", 3, 3, "Werkleiter", "+49 30 23125 030", "", None),
    31: ("Anneliese", "Größner", 3, 3, "Disponentin", "+49 30 23125-031", "", 30),
    32: ("Björn", "Jäger", 3, 3, "Elektriker", "+49 (0)30 23125 032", "", 30),
    33: ("Ayşe", "Yıldız", 3, 3, "Personal", "+493023125033", "", 30),
    40: ("Nora", "Whitfield", 4, 4, "Owner", "+44 20 7946 0000", "+44 7700 900140", None),
    41: ("Patrick", "O'Neill", 4, 4, "Logistics", "+44 (0)20 7946 0000", "+447700900141", 40),
    42: ("Siân", "Rees-Jones", 4, 4, "Reception", "+44 20 7946 0000", "", 40),
    43: ("Oluwaseun", "Adeyemi", 4, 4, "IT contact", "+44 20 7946 0143", "+44 7700 900143", 40),
    50: ("Lotte", "Van den Bossche", 5, 5, "Zaakvoerder", "+32 9 000 00 50", "", None),
    51: ("Jérôme", "D'Hondt", 5, 5, "Brouwer", "0032 9 000 00 51", "", 50),
    52: ("Łukasz", "Wiśniewski", 5, 5, "Magazijnier", "+32 9 000 00 52", "", 50),
    53: ("Mathilde", "Peeters", 5, 5, "Boekhouder", "", "", 50),
    54: ("Renée", "Ng", 5, 5, "Verkoop", "+32 9 000 00 54", "", 50),
}

# Who must not wait.
VIPS = (22, 40)
NOTES = {
    20: "Closes the books on the last two days of a month: please call her back the same day.",
    22: "Prefers a call before nine. Her assistant is Inès Bérenger.",
    31: "Speaks German and Dutch.",
    51: "In the brewing hall nobody hears a phone: send a message.",
}

# Contacts share one space of ids: teams come after everybody.
TEAM_ID = 90
MEMBERS = {1: (10, 11), 2: (12, 10), 3: (13, 11)}
