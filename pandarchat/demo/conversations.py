"""What the demo's customers asked, and what happened then."""
# ruff: noqa: E501 - what somebody says is one line
from dataclasses import dataclass, field
from typing import Literal

Verb = Literal["says", "answers", "notes", "takes", "is given", "releases", "moves", "closes", "corrects", "retracts", "reads", "is read"]


@dataclass(frozen=True)
class Step:
    """One thing that happened. `after`: minutes since the step before; `text` is what is said, the agent's login or the status."""

    verb: Verb
    text: str = ""
    after: float = 1


@dataclass(frozen=True)
class Script:
    """A ticket. `customer` is the number of the customer's login, `hours_ago` when it was opened."""

    name: str
    customer: int
    hours_ago: float
    subject: str
    text: str
    category: str | None = None
    tags: tuple[str, ...] = ()
    channel: str = "web"
    priority: str = "normal"
    steps: tuple[Step, ...] = field(default=())


def says(text: str, after: float = 3) -> Step:
    """The customer writes."""
    return Step("says", text, after)


def answers(text: str, after: float = 3) -> Step:
    """The ticket's agent writes to the customer."""
    return Step("answers", text, after)


def notes(text: str, after: float = 1) -> Step:
    """The ticket's agent writes an internal note."""
    return Step("notes", text, after)


def takes(agent: int) -> Step:
    return Step("takes", f"agent-{agent}")


def is_given(agent: int) -> Step:
    """The manager hands the ticket to another agent."""
    return Step("is given", f"agent-{agent}")


def corrects(text: str) -> Step:
    """Whoever wrote last changes it."""
    return Step("corrects", text)


PENDING, RESOLVED = Step("moves", "pending"), Step("moves", "resolved")
CLOSED = Step("closes", "closed")
RELEASED = Step("releases")
RETRACTS = Step("retracts")
READS, IS_READ = Step("reads"), Step("is read")  # by the customer; by the agent

QUEUED_NOW = (
    Script(
        "amazon-receipt", 1, 0.4, "Amazon card 200 USD, is a receipt needed?",
        "Hello, I have an Amazon card for 200 USD, bought yesterday in a supermarket. I threw the receipt away. Can I still sell it?",
        "selling", ("amazon",)),
    Script(
        "payout-second-day", 5, 1.1, "Payout since yesterday, nothing in my bank",
        "My Steam card was approved yesterday at noon. The app says paid, my bank says no. I need the money for rent today, please look at it.",
        "payouts", ("payout", "steam"), priority="urgent", steps=(says("The amount was 84,500. My bank is open until four.", 20),)),
    Script(
        "limits-raise", 9, 2.6, "Raise my daily limit",
        "Good day. I now sell about ten cards a week and reach the daily limit by noon. What do you need from me to raise it?",
        "verification", ("limits",)),
    Script(
        "rate-today", 12, 0.2, "What do you pay for a 100 EUR iTunes card today?",
        "Hi! Only a quick question before I send it: what is the rate for iTunes 100 EUR, e-code, no receipt?", "rates", ("itunes",), "chat"),
    Script(
        "app-crash-upload", 17, 3.3, "App closes when I add the second photo",
        "Since the update the app closes as soon as I choose the second picture of the card. Android 14. I tried it four times.",
        "account", ("app",), priority="low"),
)

ASSIGNED_NOW = (
    Script(
        "steam-first-time", 2, 0.8, "First time selling, a Steam card",
        "This is my first card. It is a Steam wallet card, 50 USD, the silver field is not scratched yet. Should I scratch it first?",
        "selling", ("steam", "new"), "chat", steps=(takes(1),)),
    Script(
        "payout-name", 6, 1.7, "The name on my bank account is my married name",
        "My account with you is in my birth name, my bank has the new one. Will the payout come back?", "payouts", ("payout",),
        steps=(takes(2), says("I can send the marriage certificate, if that helps.", 12),
               notes("Same date of birth on both. Check the two names before the next payout goes out."))),
    Script(
        "razer-accepted", 13, 2.2, "Do you take Razer Gold?",
        "I do not see Razer Gold in the list. Do you take it, or only Steam and Amazon?", "selling", ("razer",), steps=(takes(3), IS_READ)),
)

IN_PROGRESS_NOW = (
    Script(
        "payout-missing", 3, 26, "Payout has not arrived",
        "My Amazon cards were approved yesterday morning, 310 USD together. Nothing has arrived so far. Where is it?", "payouts", ("payout", "amazon"),
        priority="high", steps=(
            takes(1), answers("Good morning, I am looking at your payout now. Is the account that ends in 4417 still the right one?", 4),
            says("Yes, that one.", 6), IS_READ,
            notes("Sent at 09:12, the bank has answered nothing. Asked the payment team for the trace number."),
            answers("Thank you. It left us at 09:12 and waits at your bank. I have asked for its trace number and write as soon as I have it.", 9),
            READS, says("All right, I am waiting. Please do not forget me.", 3))),
    Script(
        "steam-region", 4, 30, "Steam card from Canada refused",
        "I sent a Steam card that was bought in Canada and it says region mismatch. I chose USA because there was no Canada.",
        "selling", ("steam", "region"), steps=(
            takes(2), answers("Canada is there, under “More countries”. I have put your card on hold so that you need not send it again.", 15),
            says("Oh, I see it now. What is the rate for Canada then?", 8),
            answers("At this moment 0.61 per CAD for a physical card of up to 100, with a cash receipt 0.63.", 4),
            corrects("At this moment 0.62 per CAD for a physical card of up to 100, with a cash receipt 0.64. (I had yesterday's list open, sorry.)"),
            says("Fine. I have the receipt, I am sending a photo of it this evening.", 11), IS_READ)),
    Script(
        "verification-selfie", 7, 50, "My selfie was refused three times",
        "I have tried to verify myself three times and each time the selfie is refused. The reason is always only “unclear”.",
        "verification", ("kyc",), steps=(
            takes(3), answers("That is annoying, I am sorry. The pictures have a strong light behind you. Could you stand facing a window?", 21),
            says("I did that just now, it is refused again.", 40),
            notes("Second device, same result. The document is fine; I think the camera of this phone mirrors the picture."),
            answers("I see it. Your phone mirrors the picture, which the check does not like. I look at it by hand today, you need not do anything.", 14),
            READS)),
    Script(
        "several-cards", 14, 7, "Twelve cards at once?", "We are a small shop and have twelve Amazon cards of 25 USD. Must I send them one by one?",
        "selling", ("amazon", "business"), steps=(
            takes(2), answers("You may send up to ten in one go. For twelve it is two goes, or I open a list for you.", 9),
            says("A list, please. We will come back with more.", 5), says("And do we get a better rate for so many?", 1),
            is_given(1), notes("Took this over because of the rate for shops; Kofi had prepared the list."),
            answers("Hello, I have taken over from Kofi. From 250 USD in a day the higher step applies, so yes: two points more for all twelve.", 10))),
    Script(
        "google-play-code", 18, 11, "Code has one character too many", "The Google Play code on the paper has 17 characters, the field takes 16.", "selling",
        ("google-play",), "chat", steps=(
            takes(3), answers("Is the last one a letter that stands a little apart? Then it belongs to the print, not to the code.", 3),
            says("Yes! Without it the field takes it.", 2), says("My number is 0800 555 0199, in case you want to call me.", 1), RETRACTS,
            answers("Then it is through. And well done taking your number out again: we never need it here.", 2))),
)

PENDING_NOW = (
    Script(
        "payout-account-wrong", 8, 33, "I entered a wrong account number",
        "I noticed too late that two digits of my account number are swapped. The payout is already on its way!", "payouts", ("payout",), priority="high", steps=(
            takes(2), answers("I have stopped it, it had not left yet. Please correct the number under Profile → Payout and write to me here.", 6),
            notes("Payout on hold until the customer answers. Release it only after the name check."), PENDING, READS)),
    Script(
        "itunes-balance", 10, 47, "iTunes card partly used?", "You say my iTunes card has only 40 left of 100. I have never used it.", "selling", ("itunes",), steps=(
            takes(1), answers("The check shows 40.00 left, and two uses last week. Do you have the receipt and know when you bought it?", 17),
            says("My cousin gave it to me. I will ask her.", 55), answers("Please do. I keep it open until you have heard from her.", 4), PENDING)),
    Script(
        "business-papers", 15, 72, "Which papers for a business account?", "What do you need from us to open a business account?", "verification", ("kyc", "business"),
        steps=(takes(3), answers("Registration, the identity card of one owner, and a bill that shows the address, not older than three months.", 35),
               says("The bill is in the landlord's name, is that a problem?", 120),
               answers("Then the rental contract does as well. Send both when you have them.", 14), PENDING, READS)),
)

RESOLVED_NOW = (
    Script(
        "rate-large-card", 11, 40, "Better rate for a 500 USD card?", "Is the rate for one card of 500 USD better than for five of 100?", "rates", ("amazon", "rates"),
        steps=(takes(1), answers("Yes. Up to 200 it is one step, above it the next. Today that is 3 points more.", 7), says("Perfect, thank you!", 2),
               answers("With pleasure. The rate is fixed as soon as you accept the quote, for 15 minutes.", 1), READS, RESOLVED)),
    Script(
        "steam-approved-slow", 16, 60, "Approved, but it took five hours", "My card was approved in the end, but it took five hours. Is that normal?",
        "selling", ("steam",), steps=(
            takes(2), answers("No. Usually it takes minutes. Steam's own check was down from ten to two that day, I am sorry.", 25),
            notes("Fourth question about that outage. Worth a sentence on the status page."), says("Okay, that explains it.", 13), RESOLVED)),
    Script(
        "app-login", 19, 90, "Cannot sign in on my new phone", "New phone, and the app says address or password wrong. On the old one I am still signed in.",
        "account", ("app",), "chat", steps=(
            takes(3), answers("Is there a blank behind the address? New keyboards like to add one.", 5), says("Unbelievable. That was it.", 3),
            answers("Happens to the best. The next version cuts it off by itself.", 2), READS, RESOLVED)),
    Script(
        "payout-thanks", 4, 115, "Payout came twice?", "I see two payouts of the same amount. Is one of them a mistake?", "payouts", ("payout",), steps=(
            takes(2), answers("They belong to two cards of the same value, one from Monday and one from Tuesday. Both are yours.", 11), RESOLVED,
            says("Ah, I had forgotten Monday. But the app shows only one card for Tuesday?", 140), takes(2),
            answers("The list shows the day of the approval, and both were approved on Tuesday. Open a line to see when it was sent.", 8),
            says("Now I understand. Thank you for the patience.", 4), READS, RESOLVED)),
)

CLOSED_BEFORE = (
    Script(
        "referral", 20, 150, "Bonus for a friend", "My friend signed up with my code and I got no bonus.", "account", ("bonus",), steps=(
            takes(1), answers("The bonus comes with your friend's first approved card. I see one in review, so it should not take long.", 9),
            says("It is there now!", 300), RESOLVED, CLOSED)),
    Script(
        "card-refused-used", 1, 165, "Card refused: already used", "You refused my Amazon card as already used. I bought it new.", "selling", ("amazon", "refused"), steps=(
            takes(2), answers("I have checked it again. It was redeemed two hours before you sent it, on another account.", 30),
            notes("Bought from a stranger in a group, he says. No pattern on his account, first case."),
            says("So the seller has cheated me.", 6),
            answers("I am afraid so. With the chat and the proof of payment you can report it to Amazon; I have put the steps together for you.", 10),
            READS, RESOLVED, CLOSED)),
    Script(
        "rate-changed", 6, 155, "Rate changed while I was typing", "I saw 0.66 and when I had typed the code it was 0.65.", "rates", ("rates",), steps=(
            takes(3), RELEASED, takes(1), answers("Until a quote is accepted the rate can move. Accept first, then type: it is then fixed for 15 minutes.", 14),
            says("Good to know. Still, please change it for this one.", 4), answers("Done, this once.", 3), says("Thanks!", 1), RESOLVED, CLOSED)),
)

SCRIPTS = (*CLOSED_BEFORE, *RESOLVED_NOW, *PENDING_NOW, *IN_PROGRESS_NOW, *ASSIGNED_NOW, *QUEUED_NOW)
