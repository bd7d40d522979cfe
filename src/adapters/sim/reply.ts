/**
 * What the simulated exchange answers to a request.
 */
/** An answer before it is sent. */
export type Reply = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Which part of it reaches the client before the connection is lost; all of it when absent. */
  readonly sent?: 'half' | 'nothing';
};
