// Programs that connect to a service. A password that is not known is read from the environment.
import type { ServiceEndpoint } from "clickhouse-cloud";

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Undefined: it is not known here. */
  readonly password: string | undefined;
}

export interface Program {
  readonly name: string;
  readonly protocol: "https" | "nativesecure";
  readonly write: (target: Target) => string;
}

/** In the notation of a shell. */
const shell = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
/** In the notation of JSON, which JavaScript, Python, Go and Java share. */
const quoted = (text: string) => JSON.stringify(text);
const VARIABLE = "CLICKHOUSE_PASSWORD";
const shellPassword = (password: string | undefined) => (password === undefined ? `"$${VARIABLE}"` : shell(password));

export const programs: readonly Program[] = [
  {
    name: "clickhouse-client",
    protocol: "nativesecure",
    write: ({ host, port, user, password }) =>
      `clickhouse-client --secure --host ${host} --port ${port} \\\n  --user ${shell(user)} --password ${shellPassword(password)} \\\n  --query 'SELECT version()'`,
  },
  {
    name: "curl",
    protocol: "https",
    write: ({ host, port, user, password }) =>
      `curl --fail-with-body 'https://${host}:${port}' \\\n  --user ${shell(`${user}:`)}${shellPassword(password)} \\\n  --data-binary 'SELECT version()'`,
  },
  {
    name: "JavaScript",
    protocol: "https",
    write: ({ host, port, user, password }) => `import { createClient } from "@clickhouse/client";

const client = createClient({
  url: "https://${host}:${port}",
  username: ${quoted(user)},
  password: ${password === undefined ? `process.env.${VARIABLE}` : quoted(password)},
});
const result = await client.query({ query: "SELECT version()", format: "JSONEachRow" });
console.log(await result.json());`,
  },
  {
    name: "Python",
    protocol: "https",
    write: ({ host, port, user, password }) => `${password === undefined ? "import os\n\n" : ""}import clickhouse_connect

client = clickhouse_connect.get_client(
    host="${host}",
    port=${port},
    secure=True,
    username=${quoted(user)},
    password=${password === undefined ? `os.environ["${VARIABLE}"]` : quoted(password)},
)
print(client.command("SELECT version()"))`,
  },
  {
    name: "Go",
    protocol: "nativesecure",
    write: ({ host, port, user, password }) => `package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log"
${password === undefined ? '	"os"\n' : ""}
	"github.com/ClickHouse/clickhouse-go/v2"
)

func main() {
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr: []string{"${host}:${port}"},
		Auth: clickhouse.Auth{
			Username: ${quoted(user)},
			Password: ${password === undefined ? `os.Getenv("${VARIABLE}")` : quoted(password)},
		},
		TLS: &tls.Config{},
	})
	if err != nil {
		log.Fatal(err)
	}
	var version string
	if err := conn.QueryRow(context.Background(), "SELECT version()").Scan(&version); err != nil {
		log.Fatal(err)
	}
	fmt.Println(version)
}`,
  },
  {
    name: "Java",
    protocol: "https",
    write: ({ host, port, user, password }) => `import com.clickhouse.client.api.Client;

public class Version {
  public static void main(String[] args) throws Exception {
    try (Client client = new Client.Builder()
        .addEndpoint("https://${host}:${port}")
        .setUsername(${quoted(user)})
        .setPassword(${password === undefined ? `System.getenv("${VARIABLE}")` : quoted(password)})
        .build()) {
      System.out.println(client.queryAll("SELECT version()").get(0).getString(1));
    }
  }
}`,
  },
];

export function targetOf(program: Program, endpoints: readonly ServiceEndpoint[], password: string | undefined): Target | undefined {
  const found = endpoints.find(({ protocol }) => protocol === program.protocol);
  if (found?.host === undefined || found.port === undefined) return undefined;
  return { host: found.host, port: found.port, user: found.username ?? "default", password };
}
