/**
 * One readable line from a schema's refusal.
 */
import type { z } from 'zod';

/** Where and why the first check failed, for example `k.o: Invalid input: expected string, received undefined`. */
export function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'the schema refused it';
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
