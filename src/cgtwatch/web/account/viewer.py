"""Who looks at a page, and what a form of theirs must bring back."""

from dataclasses import dataclass

from starlette.requests import Request

from cgtwatch.model.user import Role

KEY = "cgtwatch.viewer"  # in the scope of a request that `guard` has let in


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who was let in. `name` is empty for whoever sits at this machine while no password is set.

    `account` is the user's id and `session` the id of the log-in; 0 and empty where there is none.
    """

    name: str
    role: Role
    csrf: str
    account: int = 0
    session: str = ""

    @property
    def operates(self) -> bool:
        """Whether they may change what others see."""
        return self.role is Role.OPERATOR


def viewer_of(request: Request) -> Viewer | None:
    """Who looks; None for a stranger on a public page, or on the one page to which a mail's link leads."""
    found: Viewer | None = request.scope.get(KEY)
    return found
