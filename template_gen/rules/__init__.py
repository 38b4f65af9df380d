"""The tick-box rules: what breaks between the services of a website, found before anything is deployed."""
