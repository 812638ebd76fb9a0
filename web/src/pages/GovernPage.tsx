import { Link } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { AuditLog } from '../govern/audit.tsx';
import { Costs } from '../govern/cost.tsx';
import { Notifications } from '../govern/notifications.tsx';
import { Groups, People } from '../govern/people.tsx';
import { Agencies, Limits, Namespaces, Secrets } from '../govern/places.tsx';
import { Questions, Roles } from '../govern/roles.tsx';
import { SECTIONS } from '../govern/sections.ts';
import { useVoice } from '../language.tsx';
import { governRoute } from '../router.tsx';

const PARTS: Readonly<Record<(typeof SECTIONS)[number], ComponentType>> = {
  people: People,
  groups: Groups,
  roles: Roles,
  who: Questions,
  agencies: Agencies,
  namespaces: Namespaces,
  secrets: Secrets,
  limits: Limits,
  notifications: Notifications,
  audit: AuditLog,
  cost: Costs,
};

/** Who may do what, who did what, and what it cost; a part of it at a time. */
export function GovernPage() {
  const { words } = useVoice();
  const { section: asked } = governRoute.useParams();
  const section = SECTIONS.find((each) => each === asked) ?? 'people';
  const Part = PARTS[section];
  return (
    <>
      <h1>{words.govern}</h1>
      <nav className="tabs" aria-label={words.govern}>
        {SECTIONS.map((each) => (
          <Link key={each} to="/govern/$section" params={{ section: each }}>
            {words[each]}
          </Link>
        ))}
      </nav>
      <Part />
    </>
  );
}
