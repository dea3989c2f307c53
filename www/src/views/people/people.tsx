// The members of the organization, and the invitations that wait.
import type { Invitation, Member, Role } from "clickhouse-cloud";
import { useState } from "preact/hooks";
import { now } from "../../store/cloud.ts";
import { isRunning } from "../../store/mutations.ts";
import {
  invitationOf,
  invitations,
  invite,
  memberOf,
  members,
  newInvitation,
  removeMember,
  roles,
  setMemberRoles,
  withdraw,
} from "../../store/organization.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Field } from "../../ui/field.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { MutationNotice } from "../../ui/mutation-notice.tsx";
import { Screen } from "../../ui/screen.tsx";
import { Time } from "../../ui/time.tsx";
import "../../style/organization.css";

export function People() {
  return (
    <Screen title="People">
      <Loaded of={roles} loading="Loading the roles">
        {(known) => (
          <>
            <Invite roles={known} />
            <section class="group" aria-labelledby="members">
              <h2 id="members">Members</h2>
              <Loaded of={members} loading="Loading the members">
                {(list) => (
                  <ul class="records" aria-label="Members">
                    {list.map((member) => (
                      <li key={member.userId}>
                        <Person of={member} all={list} roles={known} />
                      </li>
                    ))}
                  </ul>
                )}
              </Loaded>
            </section>
          </>
        )}
      </Loaded>
      <section class="group" aria-labelledby="invitations">
        <h2 id="invitations">Invitations</h2>
        <Loaded of={invitations} loading="Loading the invitations">
          {(list) =>
            list.length === 0 ? (
              <Empty title="No invitation waits for an answer." />
            ) : (
              <ul class="records" aria-label="Invitations">
                {list.map((invitation) => (
                  <li key={invitation.id}>
                    <Waiting of={invitation} />
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </section>
    </Screen>
  );
}

const roleIds = ({ assignedRoles = [] }: Member) => assignedRoles.flatMap(({ roleId }) => roleId ?? []);

function Person({ of: member, all, roles: known }: { of: Member; all: readonly Member[]; roles: readonly Role[] }) {
  const { userId, name, email, joinedAt } = member;
  const busy = isRunning(memberOf(userId));
  const admin = known.find((role) => role.type === "system" && role.name === "Admin")?.id;
  const admins = all.filter((each) => admin !== undefined && roleIds(each).includes(admin));
  const last = admins.length === 1 && admins[0]?.userId === userId ? "The last admin stays" : undefined;
  const held = roleIds(member);
  return (
    <article class="card record" aria-labelledby={`member-${userId}`}>
      <header class="record-header">
        <h3 id={`member-${userId}`}>
          <bdi>{name ?? email}</bdi>
        </h3>
        <p class="soft">
          <bdi>{email}</bdi>
          {joinedAt && (
            <>
              , joined <Time at={joinedAt} now={now} />
            </>
          )}
        </p>
      </header>
      <MutationNotice of={memberOf(userId)} />
      <div class="actions">
        <label>
          <span class="unseen">Role of {name}</span>
          <select
            value={held[0]}
            disabled={busy || last !== undefined}
            title={last}
            onChange={(event) => void setMemberRoles(member, [event.currentTarget.value])}
          >
            {known.map((role) => (
              <option key={role.id} value={role.id}>
                {role.name}
              </option>
            ))}
          </select>
        </label>
        {held.length > 1 && <span class="soft">and {held.length - 1} more: a new choice replaces them</span>}
        <Confirm
          button="Remove"
          label={`Remove ${name}`}
          title={`Remove ${name}?`}
          act="Remove"
          busy={busy}
          disabledBecause={last}
          onConfirm={() => void removeMember(member)}
        >
          <p>The person loses access at once. Keys of the organization stay as they are.</p>
        </Confirm>
      </div>
    </article>
  );
}

function Invite({ roles: known }: { roles: readonly Role[] }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState(known.find(({ name }) => name === "Developer")?.id ?? known[0]?.id ?? "");
  const [missing, setMissing] = useState<string>();
  return (
    <form
      class="card fields"
      aria-label="Invite a person"
      noValidate
      onSubmit={async (event) => {
        event.preventDefault();
        if (email.trim() === "") return setMissing("Enter the address that the invitation goes to.");
        if (await invite(email.trim(), [role])) setEmail("");
      }}
    >
      <h2>Invite a person</h2>
      <Field label="E-mail address" error={missing}>
        {(tied) => (
          <input
            {...tied}
            type="email"
            value={email}
            autoComplete="off"
            onInput={(event) => {
              setEmail(event.currentTarget.value);
              setMissing(undefined);
            }}
          />
        )}
      </Field>
      <Field label="Role">
        {(tied) => (
          <select {...tied} value={role} onChange={(event) => setRole(event.currentTarget.value)}>
            {known.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <MutationNotice of={newInvitation} />
      <div class="actions">
        <Button type="submit" kind="primary" busy={isRunning(newInvitation)}>
          Invite
        </Button>
      </div>
    </form>
  );
}

function Waiting({ of: invitation }: { of: Invitation }) {
  const { id, email, assignedRoles = [], expireAt } = invitation;
  return (
    <article class="card record" aria-labelledby={`invitation-${id}`}>
      <header class="record-header">
        <h3 id={`invitation-${id}`}>
          <bdi>{email}</bdi>
        </h3>
        <p class="soft">
          {assignedRoles.map(({ roleName }) => roleName).join(", ")}
          {expireAt && (
            <>
              , expires <Time at={expireAt} now={now} />
            </>
          )}
        </p>
      </header>
      <MutationNotice of={invitationOf(id)} />
      <div class="actions">
        <Confirm
          button="Withdraw"
          label={`Withdraw the invitation of ${email}`}
          title={`Withdraw the invitation of ${email}?`}
          act="Withdraw"
          busy={isRunning(invitationOf(id))}
          onConfirm={() => void withdraw(invitation)}
        >
          <p>The link in the e-mail no longer works.</p>
        </Confirm>
      </div>
    </article>
  );
}
