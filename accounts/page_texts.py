"""The pages where mailed links lead, in French: by their English sentences, or by the code of a refusal."""
FRENCH = {
    "A new password": "Un nouveau mot de passe", "Send me an email": "M’envoyer un e-mail",
    "Organization": "Organisation", "Address": "Adresse e-mail",
    "If there is such an account, an email is on its way to it.": "Si ce compte existe, un e-mail est en route vers lui.",
    "Send another email": "Envoyer un autre e-mail",
    "We tried once more. It may take a few minutes.": "Nous avons essayé encore une fois. Cela peut prendre quelques minutes.",
    "Choose a new password": "Choisissez un nouveau mot de passe", "Set password": "Enregistrer le mot de passe",
    "New password": "Nouveau mot de passe",
    "New password again": "Nouveau mot de passe, encore une fois", "The two passwords differ.": "Les deux mots de passe diffèrent.",
    "At least 10 characters; not a common word, not made of the name or the address.":
        "Au moins 10 caractères ; pas un mot courant, ni tiré du nom ou de l’adresse.",
    "Your password was changed, and you were signed out everywhere. You can sign in with it now.":
        "Votre mot de passe a été changé, et vous avez été déconnecté partout. Vous pouvez vous connecter avec lui maintenant.",
    "Confirm your address": "Confirmez votre adresse", "This is my address": "C’est mon adresse",
    "{email} is confirmed.": "{email} est confirmée.",
    "Join": "Rejoindre", "Your name": "Votre nom",
    "{organization} invites {email} to join as {role}.": "{organization} invite {email} à la rejoindre. Rôle : {role}.",
    "Welcome, {name}. You can sign in as {email} now.": "Bienvenue, {name}. Vous pouvez vous connecter maintenant avec {email}.",
    "Control characters are not allowed here.": "Ce texte contient des caractères de commande, qui ne sont pas permis ici.",
    "This link does not work any more. Please ask for a new one.": "Ce lien ne fonctionne plus. Demandez-en un nouveau.",
    "rate_limited": "C’était trop souvent. Réessayez un peu plus tard.", "email_taken": "Une personne a déjà cette adresse.",
    "invitation_void": "La personne qui vous a invité n’en a plus le droit. Demandez une autre invitation.",
    "busy": "Beaucoup de personnes se connectent en ce moment. Réessayez.",
    "unavailable": "Le service est brièvement indisponible. Réessayez dans un instant.",
}
