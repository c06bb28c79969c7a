import { GraphQLError } from 'graphql';
import { DatabaseError } from '../../database/db.ts';
import { CodedError } from '../../schema/coded-error.ts';

/** Every error that leaves a department: the code and one fixed sentence. Nothing of a record, an argument or SQL is ever added. */
export const DEPARTMENT_ERRORS = {
  CONTEXT_REQUIRED: '未携带网关签名上下文。 This department answers the gateway only.',
  CONTEXT_INVALID: '网关签名上下文无效或已过期。 The signed context is not valid here and now.',
  PURPOSE_NOT_ACCEPTED: '本部门不接受该用途。 The owner of these records does not accept this purpose.',
  SUBJECT_FORBIDDEN: '本人查询仅限本人信息。 A subject may ask about itself only.',
  INPUT_INVALID: '查询参数不合法。 The operation or an argument does not have the required form.',
  UNAVAILABLE: '数据库暂不可用。 The department’s database did not answer.',
  INTERNAL: '内部错误。 Something went wrong in this department.',
} as const;

export type DepartmentErrorCode = keyof typeof DEPARTMENT_ERRORS;

/** A refusal or failure of a department, with a code of the closed table. */
export class DepartmentError extends Error {
  readonly code: DepartmentErrorCode;
  constructor(code: DepartmentErrorCode, options?: { cause?: unknown }) {
    super(DEPARTMENT_ERRORS[code], options);
    this.name = 'DepartmentError';
    this.code = code;
  }
}

/** SQLSTATE classes that mean "try again later": connection, resources, operator's intervention, system. */
const UNAVAILABLE_CLASSES = new Set(['08', '53', '57', '58']);

/**
 * The error as it may leave: code, fixed sentence and path. The text of graphql-js is dropped, because it quotes the
 * values it could not coerce, which may be identity numbers. With `passesCodes` a refusal of the gateway's own leaves as it is.
 */
export function safeError(error: GraphQLError, { passesCodes = false } = {}): GraphQLError {
  const { path, originalError } = error;
  if (passesCodes && originalError instanceof CodedError) {
    const { message, code, details } = originalError;
    return new GraphQLError(message, { path, extensions: { code, details } });
  }
  const code = codeOf(error);
  return new GraphQLError(DEPARTMENT_ERRORS[code], { path, extensions: { code } });
}

/** The code an error leaves with. An error of graphql-js itself without a path is a fault of the operation or its variables. */
export function codeOf(error: unknown): DepartmentErrorCode {
  if (error instanceof DepartmentError) return error.code;
  if (error instanceof DatabaseError) return isUnavailable(error) ? 'UNAVAILABLE' : 'INTERNAL';
  if (!(error instanceof GraphQLError)) return 'INTERNAL';
  if (error.path === undefined) return 'INPUT_INVALID';
  // With a path it happened while resolving; a scalar's own error then means that a stored value is wrong.
  return error.originalError instanceof GraphQLError ? 'INTERNAL' : codeOf(error.originalError);
}

function isUnavailable({ sqlState }: DatabaseError): boolean {
  return sqlState === undefined || UNAVAILABLE_CLASSES.has(sqlState.slice(0, 2));
}
