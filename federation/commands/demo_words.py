"""What the demo says at the terminal, in English or in French.

English sentences are the keys; `FRENCH` holds the same sentences for a terminal that is set to
French. Gaps are named, as in `str.format`; a test compares the names on both sides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["en", "fr"]

_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")  # POSIX: the first that is set decides


@dataclass(frozen=True)
class Words:
    """Sentences in one language."""

    language: Language

    def __call__(self, sentence: str, **gaps: object) -> str:
        """A sentence in this language, its gaps filled."""
        said = FRENCH[sentence] if self.language == "fr" else sentence
        return said.format(**gaps)

    def listed(self, items: Iterable[str]) -> str:
        """Several things, named one after the other: `a, b and c`."""
        *most, last = items
        joint = " et " if self.language == "fr" else " and "
        return joint.join(filter(None, (", ".join(most), last)))


def words_of(environ: Mapping[str, str]) -> Words:
    """The words for a terminal: its locale, by the variables of the process."""
    chosen = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    return Words("fr" if chosen.lower().startswith("fr") else "en")


FRENCH: Final[Mapping[str, str]] = {
    # making and starting
    "Three instances of Essaim, one model: a story in four steps.": (
        "Trois instances d'Essaim, un modèle : une histoire en quatre étapes."
    ),
    "Port {wanted} is in use, so {network} is at port {port}.": (
        "Le port {wanted} est occupé : {network} est donc au port {port}."
    ),
    "Making three instances in {directory}": "Création de trois instances dans {directory}",
    "Three networks with {organisations} organisations and {models} models are ready in"
    " {directory}.": (
        "Trois réseaux, avec {organisations} organisations et {models} modèles, sont prêts dans"
        " {directory}."
    ),
    "Starting the three instances": "Démarrage des trois instances",
    "The three instances answer.": "Les trois instances répondent.",
    "The demo in {directory} was interrupted before the end of its story; it starts over.": (
        "La démo dans {directory} a été interrompue avant la fin de son histoire ; elle recommence."
    ),
    "The story was played before; everything is as it was left. {again} starts over.": (
        "L'histoire a déjà été jouée ; tout est comme vous l'avez laissé. Pour recommencer :"
        " {again}"
    ),
    # the story
    "{italy} asks to follow {france}": "{italy} demande à suivre {france}",
    "{publisher} publishes “{model}”": "{publisher} publie « {model} »",
    "{italy} follows {france}; {publisher} publishes “{model}” in French and English; it"
    " arrives in Italy.": (
        "{italy} suit {france} ; {publisher} publie « {model} » en français et en anglais ;"
        " le modèle arrive en Italie."
    ),
    "{forker} forks it into Italian": "{forker} en fait une version italienne",
    "{forker} forks it into Italian and adapts two sections: {adapted}; the French model lists"
    " the fork, with the reasons.": (
        "{forker} en fait une version italienne et adapte deux sections : {adapted} ;"
        " le modèle français montre cette adaptation, avec ses raisons."
    ),
    "“{section}” ({reason})": "« {section} » ({reason})",
    "a legal reason": "pour une raison juridique",
    "a matter of cost": "à cause du coût",
    "a matter of partners": "à cause des partenaires",
    "another reason": "pour une autre raison",
    "The French text changes": "Le texte français change",
    "The French text changes in two sections; {forker} is told: {changes}.": (
        "Le texte français change dans deux sections ; {forker} l'apprend : {changes}."
    ),
    "“{section}”": "« {section} »",
    "“{section}” (core)": "« {section} » (au cœur du modèle)",
    "“{section}” (conflicts with its own text)": "« {section} » (contredit son propre texte)",
    "{forker} merges": "{forker} reprend ce qui a changé",
    "{forker} takes “{taken}”, keeps its own “{kept}”, and the lineage shows both parents:"
    " {parents}.": (
        "{forker} reprend « {taken} », garde son propre texte de « {kept} », et la filiation"
        " montre les deux parents : {parents}."
    ),
    "version {number} of {host}": "la version {number} de {host}",
    # what is shown then
    "Network": "Réseau",
    "Address": "Adresse",
    "Sign in with": "Pour se connecter",
    "Everybody's password": "Mot de passe de tous",
    "The French model": "Le modèle français",
    "Its Italian fork": "Son adaptation italienne",
    "A Mastodon app: server": "Application Mastodon : serveur",
    "A Mastodon app: token": "Application Mastodon : jeton",
    "Logs": "Journaux",
    "Start over": "Recommencer",
    "Everything runs. Ctrl-C stops it; nothing is lost.": (
        "Tout fonctionne. Ctrl-C arrête tout ; rien n'est perdu."
    ),
    "Stopping …": "Arrêt …",
    "All three have stopped. {again} starts them again.": (
        "Les trois sont arrêtées. Pour les relancer : {again}"
    ),
    # what went wrong
    "The demo was stopped before the end of its story; {again} starts over.": (
        "La démo a été arrêtée avant la fin de son histoire ; pour recommencer : {again}"
    ),
    "{directory} holds something else than a demo; name another directory.": (
        "{directory} contient autre chose qu'une démo ; choisissez un autre dossier."
    ),
    "The demo in {directory} is running already, in another terminal.": (
        "La démo dans {directory} tourne déjà, dans un autre terminal."
    ),
    "Another program uses port {port}. {origin} is part of this demo and cannot change: stop that"
    " program, or start over with {again}": (
        "Un autre programme occupe le port {port}. {origin} fait partie de cette démo et ne peut"
        " pas changer : arrêtez ce programme, ou recommencez avec {again}"
    ),
    "Three ports are wanted, such as 8001,8002,8003; 0 stands for any free one.": (
        "Il faut trois ports, par exemple 8001,8002,8003 ; 0 veut dire n'importe quel port libre."
    ),
    "There is no free port near {wanted}.": "Il n'y a pas de port libre près de {wanted}.",
    "{network} has stopped (exit code {code}); the end of {log} is above.": (
        "{network} s'est arrêté (code {code}) ; la fin de {log} est ci-dessus."
    ),
    "{network} does not answer at {origin}; the end of {log} is above.": (
        "{network} ne répond pas à {origin} ; la fin de {log} est ci-dessus."
    ),
    "This did not arrive within {seconds} seconds: {what}. See the logs: {logs}": (
        "Ceci n'est pas arrivé en {seconds} secondes : {what}. Voir les journaux : {logs}"
    ),
    "{url} answered {status}: {detail}": "{url} a répondu {status} : {detail}",
}
"""English sentence → French sentence."""
