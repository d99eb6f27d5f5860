"""People, the organisation they work in, and the roles that say what they may do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from apps.kernel import clock
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission


class LegalEntity(models.Model):
    """A company of the enterprise with its jurisdiction."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=2, help_text=_("Country, two letters (ISO 3166)."))

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DepartmentQuerySet(models.QuerySet["Department"]):
    """Departments with named filters."""

    def visible_to(self, person: Any) -> DepartmentQuerySet:
        """Return every department: the organisation chart is no secret among signed-in people."""
        return self.all() if getattr(person, "is_active", False) else self.none()

    def below(self, department: Department) -> DepartmentQuerySet:
        """Return a department and everything under it."""
        return self.filter(path__startswith=department.path)


class Department(models.Model):
    """A unit of the organisation; a tree held as paths of codes ("group/claims/")."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, null=True, blank=True)
    head = models.ForeignKey("Person", on_delete=models.PROTECT, null=True, blank=True, related_name="heads")
    path = models.CharField(max_length=500, unique=True, db_collation="C")

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        constraints = [models.CheckConstraint(condition=Q(path__endswith="/"), name="accounts_department_path")]

    def __str__(self) -> str:
        return self.name

    @property
    def reach_path(self) -> str:
        """The path on which role assignments are matched."""
        return self.path


class PersonQuerySet(models.QuerySet["Person"]):
    """People with named filters."""

    def visible_to(self, person: Any) -> PersonQuerySet:
        """Return the people whom a person may look up: colleagues are known to every signed-in person."""
        return self.all() if getattr(person, "is_active", False) else self.none()

    def active(self) -> PersonQuerySet:
        """Leave out those who left."""
        return self.filter(is_active=True)


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    """People are made by operations; nobody has a password here."""


class Person(AbstractBaseUser):
    """A human being. Expected until bound at the first sign-in to an identity of a trusted provider."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, unique=True, help_text=_("In lower case."))
    name = models.CharField(_("name"), max_length=200)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("department")
    )
    is_active = models.BooleanField(_("active"), default=True)
    expected = models.BooleanField(
        _("expected"), default=True, help_text=_("Known by e-mail only; nobody has signed in yet.")
    )
    groups = models.ManyToManyField(Group, blank=True, related_name="people")
    session_generation = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    last_signed_in_at = models.DateTimeField(null=True, blank=True)

    # The identity provider holds passwords; there is none here.
    password = None  # type: ignore[assignment]
    last_login = None  # type: ignore[assignment]

    objects = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    is_superuser = False
    is_staff = False

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_person_email_lower")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def reach_path(self) -> str | None:
        """The path on which the right to administer the person is matched; None takes an administrator of everything."""
        return self.department.path if self.department else None

    def get_session_auth_hash(self) -> str:
        """Tie sessions to a generation: raising it signs the person out everywhere."""
        return salted_hmac("gatehouse.session", f"{self.pk}:{self.session_generation}", algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> Any:
        """Accept no older hashes."""
        return iter(())

    def as_actor(self, *, origin: str = "web", scopes: frozenset[str] | None = None) -> Actor:
        """Return the person as the author of what they do."""
        return Actor(ActorKind.PERSON, str(self.pk), self.name, scopes, origin)

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """Refuse Django's own permission names: roles here are asked through `reach`."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Refuse Django's own permission names."""
        return False


class Identity(models.Model):
    """The provider's name for a person: issuer and subject, bound once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    bound_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="accounts_identity_subject"),
            models.UniqueConstraint(fields=["issuer", "person"], name="accounts_identity_person"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.issuer}"


class ServiceIdentityQuerySet(models.QuerySet["ServiceIdentity"]):
    """Service identities with named filters."""

    def visible_to(self, person: Any) -> ServiceIdentityQuerySet:
        """Return those that a person owns, or all of them for whoever administers people."""
        from . import reach

        if reach.holds(person, Permission.ACCOUNTS_PERSON_EDIT):
            return self.all()
        return self.filter(owner_id=person.pk) if getattr(person, "is_active", False) else self.none()


class ServiceIdentity(models.Model):
    """The technical account of an application, pipeline or agent; never a person."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120, unique=True)
    purpose = models.TextField()
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="service_identities")
    is_active = models.BooleanField(default=True)

    objects = ServiceIdentityQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def reach_path(self) -> str | None:
        """The path of its owner's department, on which the right to administer it is matched."""
        return self.owner.reach_path


class Role(models.Model):
    """A named set of permissions; shipped ones may be edited, none is code."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    permissions = ArrayField(models.CharField(max_length=80), default=list)
    privileged = models.BooleanField(
        default=False, help_text=_("Assignments of this role need an end and a second administrator.")
    )
    shipped = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    """Assignments with named filters."""

    def visible_to(self, person: Any) -> RoleAssignmentQuerySet:
        """Return what a person may read: their own, or all with the permission to view roles."""
        from . import reach

        if reach.holds(person, Permission.ACCOUNTS_ROLE_VIEW):
            return self.all()
        return self.filter(person_id=person.pk) if getattr(person, "is_active", False) else self.none()

    def standing(self) -> RoleAssignmentQuerySet:
        """Leave out those that ended and those that wait for a second administrator."""
        return self.filter(
            Q(until=None) | Q(until__gt=clock.now()), Q(needs_confirmation=False) | Q(confirmed_by__isnull=False)
        )

    def counting_for(self, person: Any) -> RoleAssignmentQuerySet:
        """Keep those that stand for a person: their own, and those of their groups that they did not give themselves."""
        groups = Person.groups.through.objects.filter(person_id=person.pk).values("group_id")
        given = Q(granted_by_id=person.pk) | Q(confirmed_by_id=person.pk)
        return self.standing().filter(Q(person_id=person.pk) | (Q(group_id__in=groups) & ~given))

    def waiting(self) -> RoleAssignmentQuerySet:
        """Keep those that wait for a second administrator."""
        return self.filter(Q(until=None) | Q(until__gt=clock.now()), needs_confirmation=True, confirmed_by__isnull=True)


class RoleAssignment(models.Model):
    """A role held by a person, a provider's group or a service identity, in a department's subtree or everywhere."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="role_assignments")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, related_name="role_assignments")
    service = models.ForeignKey(ServiceIdentity, on_delete=models.PROTECT, null=True, related_name="role_assignments")
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        related_name="role_assignments",
        help_text=_("Empty: everywhere."),
    )
    until = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    granted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="granted_assignments")
    granted_at = models.DateTimeField(default=clock.now)
    needs_confirmation = models.BooleanField(default=False, db_default=False)
    confirmed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="confirmed_assignments"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(needs_confirmation=False) | Q(until__isnull=False),
                name="accounts_assignment_privileged_ends",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None)
                | (Q(granted_by__isnull=False) & ~Q(confirmed_by=F("granted_by")))
                & (Q(person=None) | ~Q(confirmed_by=F("person"))),
                name="accounts_assignment_second_person",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, group=None, service=None)
                | Q(person=None, group__isnull=False, service=None)
                | Q(person=None, group=None, service__isnull=False),
                name="accounts_assignment_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(person=None) | Q(granted_by=None) | ~Q(person=F("granted_by")),
                name="accounts_assignment_not_to_oneself",
            ),
        ]
        indexes = [models.Index(fields=["person", "role"]), models.Index(fields=["group", "role"])]

    def __str__(self) -> str:
        return f"{self.role} for {self.person or self.group or self.service}"

    @property
    def is_open(self) -> bool:
        """Tell whether its end still lies ahead, confirmed or not."""
        return self.until is None or self.until > clock.now()

    @property
    def is_standing(self) -> bool:
        """Tell whether it counts at this moment."""
        return self.is_open and (not self.needs_confirmation or self.confirmed_by_id is not None)

    @property
    def reach_path(self) -> str | None:
        """The path on which the right to grant it is matched; None where it holds everywhere."""
        return self.department.path if self.department else None


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens with named filters."""

    def visible_to(self, person: Any) -> ApiTokenQuerySet:
        """Return a person's own tokens: nobody sees another's."""
        return self.filter(person_id=person.pk) if getattr(person, "is_active", False) else self.none()

    def valid(self) -> ApiTokenQuerySet:
        """Leave out revoked and expired ones, and those of people who left."""
        return self.filter(revoked_at=None, expires_at__gt=clock.now(), person__is_active=True)


class ApiToken(models.Model):
    """A person's or service's key for programs: shown once, kept as a keyed hash, never wider than its holder, never for long."""

    LONGEST_DAYS = 90

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    service = models.ForeignKey(
        ServiceIdentity,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tokens",
        help_text="The token is this service's; the person who owns the service issued it and answers for it.",
    )
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=80))
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("created_at") + timedelta(days=90)), name="accounts_token_ninety_days"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def digest_of(secret: str) -> str:
        """Return the keyed hash under which a secret is kept; without the portal's key it cannot be tried out."""
        return salted_hmac("gatehouse.token", secret, secret=settings.TOKEN_PEPPER, algorithm="sha256").hexdigest()

    @property
    def is_open(self) -> bool:
        """Tell whether its holder may still come in: the person, and the service that the person owns."""
        if not self.person.is_active:
            return False
        return self.service is None or (self.service.is_active and self.service.owner_id == self.person_id)

    def as_actor(self) -> Actor:
        """Return who acts with it: the service it was issued for, else the person, within its scopes."""
        scopes = frozenset(self.scopes)
        if self.service is not None:
            return Actor(ActorKind.SERVICE, str(self.service_id), self.service.name, scopes, "api")
        return self.person.as_actor(origin="api", scopes=scopes)

    @property
    def state(self) -> str:
        """Tell whether it is "valid", "revoked" or "expired"."""
        if self.revoked_at:
            return "revoked"
        return "valid" if self.expires_at > clock.now() else "expired"
