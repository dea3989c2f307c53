// @ts-check
// Hints about the limits of form fields, derived from the contract.
import openapi from "clickhouse-cloud/openapi.json";

const { IdleTimeoutMinutes, ReplicaCount, ReplicaMemoryGb, ServiceName } = openapi.components.schemas;

/** @param {{ minimum: number, maximum?: number, multipleOf?: number }} schema */
const range = ({ minimum, maximum, multipleOf }) =>
  `${maximum === undefined ? `At least ${minimum}` : `${minimum} to ${maximum}`}${multipleOf === undefined ? "" : `, in steps of ${multipleOf}`}.`;

export const limits = {
  name: `${ServiceName.minLength} to ${ServiceName.maxLength} characters.`,
  memory: range(ReplicaMemoryGb),
  replicas: range(ReplicaCount),
  idle: range(IdleTimeoutMinutes),
};
