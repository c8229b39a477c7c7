import type { conversation as en } from '../en/conversation'
import type { Texts } from '../texts'

export const conversation: Texts<typeof en> = {
  conversation: {
    label: 'Conversation', none: 'Choisissez un ticket.', noneHint: 'j et k parcourent la liste.', empty: 'Rien n’a encore été dit.',
    earlier: 'Messages précédents…', stuck: 'Les messages précédents n’ont pas pu être chargés.', note: 'Note interne', noteFor: 'jamais montrée au client',
    edited: 'modifié', deleted: 'Ce message a été supprimé.', you: 'Vous', house: 'Pandar', new: 'Nouveau',
    sending: 'Envoi…', waiting: 'Sera envoyé dès qu’il y aura une connexion', refused: 'Non envoyé : {{reason}}', again: 'Renvoyer',
    discard: 'Jeter', read: 'Lu', stored: 'Enregistré', readBy: 'Lu par {{who}}', failed: 'La conversation n’a pas pu être chargée.', end: 'Au plus récent',
    endNew_one: 'Au plus récent, {{count}} nouveau', endNew_other: 'Au plus récent, {{count}} nouveaux', missed_one: '{{count}} nouveau',
    missed_other: '{{count}} nouveaux',
    assigned: '{{who}} a confié ceci à {{whom}}', assignedSelf: '{{who}} a pris ceci', released: '{{who}} a remis ceci dans la file',
    became: '{{who}} : {{status}}', changed: '{{who}} a changé {{what}}', set: '{{who}} a indiqué {{what}} : {{after}}',
    changedTo: '{{who}} a changé {{what}} : {{before}} → {{after}}', cleared: '{{who}} a retiré {{what}} {{before}}',
    gone: 'Cette conversation n’existe pas, ou ne vous est pas accessible. Si elle devait l’être, demandez à un administrateur : vos droits ont pu changer.',
    escalated: 'Le délai promis est dépassé : niveau {{level}}, priorité {{priority}}',
    viewing: 'Regardent aussi : {{who}}', typing: '{{who}} écrit…', typingNote: '{{who}} écrit une note…',
    typingTwo: '{{one}} et {{other}} écrivent…', typingMany: 'Plusieurs personnes écrivent…',
  },
  field: { subject: 'le sujet', priority: 'la priorité', category: 'la catégorie', tags: 'les étiquettes', skill: 'la compétence', customer: 'le client' },
  message: {
    more: 'Plus sur ce message', copy: 'Copier le texte', copied: 'Copié', notCopied: 'Ce navigateur ne donne pas de presse-papiers ici. Sélectionnez le texte et copiez-le.',
    edit: 'Modifier', delete: 'Supprimer', deleteThis: 'Supprimer ce message ?',
    deleteHint: 'Tout le monde verra qu’un message était ici. Ce qu’il disait reste consigné.',
    notSaved: 'Le serveur est injoignable. Ce que vous avez écrit est toujours ici.', notDeleted: 'Le serveur est injoignable. Le message est toujours là.',
    nothing: 'Il n’y a rien à faire avec ceci',
  },
  composer: {
    kind: 'Ce que vous écrivez', reply: 'Réponse', note: 'Note', replyTo: 'Répondre à {{who}}', write: 'Écrire un message', noteLabel: 'Note pour votre équipe',
    noteFor: 'Visible de l’équipe seulement', send: 'Envoyer', sendNote: 'Ajouter la note', hasDraft: 'Il y a un brouillon', settings: 'Comment envoyer',
    sendKey: 'Envoyer avec', byEnter: 'Entrée', byModEnter: 'Ctrl+Entrée', hint: 'Ctrl+Entrée envoie', hintEnter: 'Entrée envoie, Maj+Entrée va à la ligne',
    saved: 'Brouillon enregistré', savedHere: 'Brouillon gardé sur cet appareil',
    tooLong: 'Trop long de {{count}} caractères.', left_one: 'encore {{count}} caractère', left_other: 'encore {{count}} caractères',
    refusedFile: 'Retirez le fichier refusé, puis envoyez.', notKept: 'Cet appareil n’a plus de place. Ce que vous avez écrit est toujours dans le champ.',
    theirs: 'Vous avez écrit autre chose ici dans un autre onglet ou sur un autre appareil :', takeTheirs: 'Prendre cela', keepMine: 'Garder ce qui est ici',
    closed: 'Ce ticket est fermé. Si son client écrit de nouveau, un nouveau ticket lui fera suite.', kept: 'Vous aviez écrit :', keptFiles: 'Vous aviez joint :',
    forbidden: 'Vous ne pouvez pas écrire ici : vos droits ne le permettent pas. Demandez à un administrateur.',
    noNotes: 'Vous ne pouvez plus écrire de notes : demandez ce droit à un administrateur. Ce que vous écrivez ci-dessous va au client.',
    followUp: 'Écrire un nouveau message', followUpHint: 'Cette conversation est terminée. Votre message ira dans une nouvelle qui lui fait suite.',
    wentOn: 'Votre message se trouve dans',
  },
  files: {
    label: 'Fichiers', choose: 'Joindre des fichiers', drop: 'Lâchez pour joindre', look: 'Regarder {{name}}', remove: 'Retirer {{name}}', save: 'Enregistrer {{name}} sur cet appareil', again: 'Réessayer',
    progress: '{{name}} en route', waiting: 'Attend une connexion', sending: '{{part}} %', stored: 'Prêt', refused: 'Refusé', too_large: 'Trop grand', unreadable: 'Cette image ne peut pas être lue.', unsupported_file: 'Ce genre de fichier ne peut pas être joint.',
    large: '{{name}} est trop grand : {{most}} au plus.', type: '{{name}} ne peut pas être joint : images (JPEG, PNG, WebP, GIF) et PDF seulement.',
    many_one: '{{name}} a été laissé : un message peut avoir {{count}} fichier.', many_other: '{{name}} a été laissé : un message peut avoir {{count}} fichiers.',
  },
  emoji: { open: 'Émojis', search: 'Chercher un émoji', found: 'Trouvés', recent: 'Utilisés récemment', none: 'Aucun émoji ne s’appelle ainsi.' },
  viewer: {
    label: 'Images', place: '{{at}} sur {{of}}', smaller: 'Plus petit', larger: 'Plus grand', turnLeft: 'Tourner à gauche', turnRight: 'Tourner à droite',
    download: 'Télécharger', before: 'Image précédente', after: 'Image suivante', failed: 'Cette image ne peut pas être chargée. Elle a peut-être été supprimée.',
  },
}
