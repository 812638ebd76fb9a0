import { Link } from '@tanstack/react-router';
import { Copy } from '../Copy.tsx';
import { useVoice } from '../language.tsx';
import { CONNECTIONS } from '../words/connections.ts';

/** How dashboards and notebooks read the data, step by step. */
export function ConnectPage() {
  const { words, language } = useVoice();
  const { origin } = location;
  return (
    <>
      <h1>{words.connect}</h1>
      <p className="lead">{words.connectIntro}</p>
      <div className="copyable">
        <pre>{`${words.serverAddress}: ${origin}`}</pre>
        <Copy text={origin} />
      </div>
      <p>
        <Link to="/govern/$section" params={{ section: 'people' }}>
          {words.people}
        </Link>
      </p>
      {CONNECTIONS.map(({ name, steps, code }) => (
        <section key={name} className="panel" aria-label={name}>
          <h2>{name}</h2>
          <ol>
            {steps[language].map((step) => (
              <li key={step}>{step.replaceAll('{origin}', origin)}</li>
            ))}
          </ol>
          {code === undefined ? null : (
            <div className="copyable">
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
              <pre tabIndex={0}>{code.replaceAll('{origin}', origin)}</pre>
              <Copy text={code.replaceAll('{origin}', origin)} />
            </div>
          )}
        </section>
      ))}
    </>
  );
}
