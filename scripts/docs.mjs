// @ts-check
// Builds a site of the package's types and of the pages in docs/, into target/docs or the folder that is named. The types come
// from the shipped declarations. A warning of typedoc stops it.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { Application, CommentTag, ConsoleLogger, Converter, ReflectionKind } from "typedoc";
import ts from "typescript";
import { fail, pkg, read, root } from "./tools.mjs";

const { name, exports } = JSON.parse(read(join(pkg, "package.json")));
/** The entry points with types, as users import them, and their declarations. */
const entries = Object.entries(exports)
  .filter(([, conditions]) => conditions.default?.types !== undefined)
  .map(([path, conditions]) => ({ name: join(name, path), types: join(pkg, conditions.default.types) }));

class Log extends ConsoleLogger {
  /** @param {string} text @param {any[]} place */
  validationWarning(text, ...place) {
    // The members of an anonymous type are documented where it is used.
    if (!/\.__type\..* does not have any documentation$/.test(text)) super.validationWarning(text, ...place);
  }
}

const app = await Application.bootstrap(
  {
    name,
    includeVersion: true,
    entryPoints: entries.map(({ types }) => types),
    readme: join(pkg, "README.md"),
    projectDocuments: [join(root, "docs/*.md"), join(root, "docs/operations/*.md")],
    out: process.argv[2] ?? join(root, "target/docs"),
    disableSources: true,
    // Leaves out members of JavaScript's own classes, and internal ones.
    excludeExternals: true,
    excludeProtected: true,
    visibilityFilters: {},
    customCss: join(root, "scripts/docs.css"),
    groupOrder: ["Client", "Resources", "Functions", "Options and events", "Errors", "Requests and results"],
    navigation: { includeGroups: true, includeFolders: false },
    treatWarningsAsErrors: true,
    highlightLanguages: ["js", "ts", "sh", "python", "yaml"],
    validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
  },
  // No option readers: all options are set here.
  [],
);
app.options.setCompilerOptions(
  entries.map(({ types }) => types),
  { strict: true, target: ts.ScriptTarget.ES2022, types: [] },
  undefined,
);
app.logger = new Log();

/** The generated classes that helpers extend. Users see the classes that extend them. */
const GENERATED = /^\w+Operations\./;
/** The heading of a file's declarations, where it is not the default of their kind. @type {Record<string, string>} */
const GROUPS = {
  "client.d.ts": "Client",
  "built.d.ts": "Client",
  "limiter.d.ts": "Client",
  "promise.d.ts": "Client",
  "methods.d.ts": "Resources",
  "click_pipes.d.ts": "Resources",
  "keys.d.ts": "Resources",
  "postgres.d.ts": "Resources",
  "services.d.ts": "Resources",
  "udfs.d.ts": "Resources",
  "usage_cost.d.ts": "Resources",
  "client_bg.d.ts": "Options and events",
  "errors.d.ts": "Errors",
  "schema.d.ts": "Requests and results",
};

app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  // Users receive errors from the client and do not construct them; `CloudPromise` is documented as a promise.
  const made = project.getReflectionsByKind(ReflectionKind.Constructor).filter(({ parent }) => parent?.name.endsWith("Error"));
  for (const one of [...made, ...["Hidden", "CloudPromise.then"].map((name) => project.getChildByName(`index.${name}`))]) {
    if (one !== undefined) project.removeReflection(one);
  }
  for (const one of project.getReflectionsByKind(ReflectionKind.Class | ReflectionKind.Interface | ReflectionKind.TypeAlias)) {
    const type = /** @type {import("typedoc").DeclarationReflection} */ (one);
    type.extendedTypes = type.extendedTypes?.filter((base) => !GENERATED.test(`${base}.`));
    const group = GROUPS[basename(project.getSymbolIdFromReflection(one)?.packagePath ?? "")];
    if (group !== undefined) one.comment?.blockTags.push(new CommentTag("@group", [{ kind: "text", text: group }]));
  }
});

const project = (await app.convert()) ?? fail("typedoc cannot read the declarations");
// Modules and pages, under the names that users know.
for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
  module.name = entries.find(({ types }) => basename(types, ".d.ts") === module.name)?.name ?? fail(`no entry ${module.name}`);
}
for (const one of project.getReflectionsByKind(ReflectionKind.Property | ReflectionKind.Method | ReflectionKind.CallSignature)) {
  const method = /** @type {import("typedoc").SignatureReflection} */ (one);
  if (GENERATED.test(method.inheritedFrom?.name ?? "")) method.inheritedFrom = undefined;
}
for (const page of project.documents ?? []) {
  const path = ["docs", "docs/operations"].map((folder) => join(root, folder, `${page.name}.md`)).find((file) => existsSync(file));
  page.name = (path === undefined ? undefined : read(path).match(/^# (.*)$/m)?.[1]) ?? page.name;
}

app.validate(project);
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
