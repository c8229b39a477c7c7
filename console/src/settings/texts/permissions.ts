/** What roles can be given, and what that is about, as the API names them; `test_permission_texts.py` compares. */
export const en = {
  'accounts.agentprofile': 'Agents', 'accounts.agentskill': 'Who has which skill', 'accounts.auditentry': 'Audit trail', 'accounts.invitation': 'Invitations',
  'accounts.organization': 'Organization', 'accounts.role': 'Roles', 'accounts.session': 'Sign-ins of others', 'accounts.shift': 'Shifts', 'accounts.skill': 'Skills',
  'accounts.user': 'People', 'chat.conversation': 'Conversations', 'chat.entry': 'Messages', 'journeys.journey': 'Journeys', 'journeys.run': 'Customers in journeys',
  'journeys.version': 'Versions of journeys', 'tickets.calendar': 'Calendars', 'tickets.category': 'Categories', 'tickets.queuesettings': 'Queue settings',
  'tickets.slapolicy': 'SLA policies', 'tickets.slatarget': 'SLA targets', 'tickets.ticket': 'Tickets',
  'accounts.serve_customers': 'Receive tickets from the queue', 'accounts.manage_agents': 'Set availability and capacity of others',
  'accounts.invite_staff': 'Invite staff, to roles that hold no more than their own', 'accounts.use_admin': 'Open the administration pages',
  'chat.send_message': 'Send messages', 'chat.write_note': 'Write internal notes', 'chat.edit_message': 'Edit and delete their own messages',
  'chat.moderate_message': 'Delete messages of others', 'tickets.open_ticket': 'Open tickets as a customer', 'tickets.view_queue': 'See the queue and the agents',
  'tickets.take_ticket': 'Take tickets from the queue', 'tickets.release_ticket': 'Give tickets back to the queue',
  'tickets.transfer_ticket': 'Send tickets to those who have a skill', 'tickets.move_ticket': 'Change the status of tickets',
  'tickets.reassign_ticket': 'Give tickets to another agent', 'tickets.close_ticket': 'Close resolved tickets', 'tickets.view_overview': 'See the figures',
  'journeys.run_journey': 'Go through journeys as a customer', 'journeys.publish_journey': 'Publish, archive and restore journeys',
  'journeys.view_figures': 'See how many go through journeys',
} as const

export const fr: { readonly [Name in keyof typeof en]: string } = {
  'accounts.agentprofile': 'Agents', 'accounts.agentskill': 'Qui a quelle compétence', 'accounts.auditentry': 'Journal d’audit', 'accounts.invitation': 'Invitations',
  'accounts.organization': 'Organisation', 'accounts.role': 'Rôles', 'accounts.session': 'Connexions des autres', 'accounts.shift': 'Horaires', 'accounts.skill': 'Compétences',
  'accounts.user': 'Personnes', 'chat.conversation': 'Conversations', 'chat.entry': 'Messages', 'journeys.journey': 'Parcours', 'journeys.run': 'Clients dans les parcours',
  'journeys.version': 'Versions des parcours', 'tickets.calendar': 'Calendriers', 'tickets.category': 'Catégories', 'tickets.queuesettings': 'Réglages de la file',
  'tickets.slapolicy': 'Engagements (SLA)', 'tickets.slatarget': 'Délais (SLA)', 'tickets.ticket': 'Tickets',
  'accounts.serve_customers': 'Recevoir des tickets de la file', 'accounts.manage_agents': 'Régler la disponibilité et la capacité des autres',
  'accounts.invite_staff': 'Inviter des collègues, à des rôles qui n’en peuvent pas plus', 'accounts.use_admin': 'Ouvrir les pages d’administration',
  'chat.send_message': 'Envoyer des messages', 'chat.write_note': 'Écrire des notes internes', 'chat.edit_message': 'Modifier et supprimer ses propres messages',
  'chat.moderate_message': 'Supprimer les messages des autres', 'tickets.open_ticket': 'Ouvrir des tickets comme client', 'tickets.view_queue': 'Voir la file et les agents',
  'tickets.take_ticket': 'Prendre des tickets dans la file', 'tickets.release_ticket': 'Rendre des tickets à la file',
  'tickets.transfer_ticket': 'Envoyer des tickets à ceux qui ont une compétence', 'tickets.move_ticket': 'Changer le statut des tickets',
  'tickets.reassign_ticket': 'Donner des tickets à un autre agent', 'tickets.close_ticket': 'Clore des tickets résolus', 'tickets.view_overview': 'Voir les chiffres',
  'journeys.run_journey': 'Suivre des parcours comme client', 'journeys.publish_journey': 'Publier, archiver et rétablir des parcours',
  'journeys.view_figures': 'Voir combien de clients suivent les parcours',
}
