// An error of the client as plain data: to be shown, stored, and read back after a reload.

export interface FailureIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface Failure {
  /** One sentence for people. */
  readonly title: string;
  /** The API's or the client's own text. */
  readonly text: string;
  readonly issues: readonly FailureIssue[];
  readonly requestId?: string;
  readonly status?: number;
  /** The change may have happened. */
  readonly ambiguous: boolean;
}

const titles: Record<number, string> = {
  400: "The API refuses this request.",
  401: "The API does not know this key.",
  403: "This key may not do that.",
  404: "It does not exist any more.",
  409: "The state of the resource does not permit that now.",
  424: "The service must run first.",
  429: "The rate limit is used up.",
};

function title(error: Record<string, unknown>, status: number | undefined): string {
  if (status !== undefined && status >= 500) return "The API has a problem of its own.";
  if (status !== undefined && titles[status] !== undefined) return titles[status];
  switch (error.name) {
    case "RequestValidationError":
      return "Some values are not valid; nothing was sent.";
    case "ResponseValidationError":
      return "The API's response does not follow its contract.";
    case "ConnectionError":
      return "No response: the connection failed.";
    case "TimeoutError":
      return "No response in time.";
    case "WaitError":
      return "The awaited state was not reached.";
    case "ConfigurationError":
      return "The request cannot be built.";
    default:
      return "Something went wrong.";
  }
}

/** Removes the operation's name that begins the client's messages: the console shows it elsewhere. */
const sentence = (message: string) => message.replace(/^[\w.]+: /, "");

export function failureOf(error: unknown): Failure {
  const fields = typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
  const status = typeof fields.status === "number" ? fields.status : undefined;
  const cause = fields.name === "WaitError" && fields.cause !== undefined ? failureOf(fields.cause) : undefined;
  return {
    title: title(fields, status),
    text: sentence(typeof fields.message === "string" ? fields.message : String(error)),
    issues: Array.isArray(fields.issues) ? fields.issues.map(({ path, message }) => ({ path, message })) : (cause?.issues ?? []),
    ...(typeof fields.requestId === "string" && { requestId: fields.requestId }),
    ...(status !== undefined && { status }),
    ambiguous: fields.ambiguous === true,
  };
}
