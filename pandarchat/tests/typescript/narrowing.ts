// Compiles only where the schema's unions are told apart by their tags and every answer stands in its envelope.
import type { components, operations, paths } from "./generated/api";

type Schemas = components["schemas"];
type Answer<Path extends keyof paths, Method extends keyof paths[Path], Status extends number> =
  paths[Path][Method] extends { responses: Record<Status, { content: { "application/json": infer Body } }> } ? Body : never;

function never(value: never): never {
  throw new Error(JSON.stringify(value));
}

export function said(entry: Schemas["Entry"]): string {
  switch (entry.kind) {
    case "message":
      return `${entry.sender.name}: ${entry.text}`;
    case "edit":
      return `${entry.target} now says ${entry.text}`;
    case "deletion":
      return `${entry.target} is gone`;
    case "assignment":
      return entry.assignee ? entry.assignee.name : "the queue";
    case "status":
      return `${entry.from} to ${entry.to}`;
    case "change":
      return entry.field;
    default:
      return never(entry);
  }
}

export function heard(frame: Schemas["SocketFrame"]): string | number | boolean | undefined {
  switch (frame.type) {
    case "ready":
      return frame.ping_seconds;
    case "ok":
      return frame.seq;
    case "error":
      return frame.code;
    case "ping":
      return frame.heads["x"];
    case "stale":
      return true;
    case "access-changed":
      return frame.left.length;
    case "agent-status-changed":
      return frame.availability;
    case "batch":
      return frame.entries.map(said).join();
    case "reset":
      return frame.head;
    case "entry":
      return said(frame.entry);
    case "typing":
      return frame.typing;
    case "viewing":
      return frame.viewing;
    case "watching":
      return Object.keys(frame.heads).length;
    case "draft-changed":
      return frame.text;
    case "read":
      return frame.seq;
    case "new-ticket":
      return frame.customer.name;
    case "ticket-assigned":
      return frame.assignee.name;
    case "ticket-updated":
      return frame.version;
    case "queue-updated":
      return frame.assigned;
    case "queue-moved":
      return frame.type;
    case "sla-warning":
      return frame.state;
    case "sla-breach":
      return frame.level;
    default:
      return never(frame);
  }
}

export const commands: Schemas["SocketCommand"][] = [
  { type: "authenticate", token: "t" },
  { type: "join-ticket-room", ticket: "1", after: 0 },
  { type: "send-message", ref: "1", ticket: "1", client_id: "2", text: "Hello", attachments: [], internal: false },
  { type: "send-message", ref: "1", ticket: "1", client_id: "2", attachments: ["3"] },
  // @ts-expect-error a command without the name of its message
  { type: "send-message", ref: "1", ticket: "1", text: "Hello" },
  // @ts-expect-error no such command
  { type: "shout", text: "Hello" },
];

export function firstSubject(list: Answer<"/api/v1/tickets/", "get", 200>): string | undefined {
  const counted: number = list.count;
  return counted > 0 ? list.data[0]?.subject : undefined;
}

export function lastSaid(page: Answer<"/api/v1/tickets/{ticket}/entries/", "get", 200>): string[] {
  return page.data.entries.map(said);
}

export function edited(answer: Answer<"/api/v1/messages/{message}/", "patch", 200>): string {
  return said(answer.data);
}

export function refused(error: Schemas["Error"]): string {
  const success: false = error.success;
  return success || `${error.code}: ${Object.values(error.fields).flat().join()}`;
}

export function bare(list: Answer<"/api/v1/tickets/", "get", 200>): unknown {
  // @ts-expect-error an answer has its envelope
  return list[0];
}

export type Operations = operations;
